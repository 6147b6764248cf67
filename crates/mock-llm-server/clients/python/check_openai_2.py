"""Runs llama-index and instructor against the server, on the second major version of the openai SDK, which is theirs.

    python check_openai_2.py http://127.0.0.1:8080/v1
"""

import asyncio
import logging
import os
import sys

from check_openai import BASE, REPLY, calls, fails, run_checks, with_fault

os.environ["OPENAI_API_KEY"] = "sk-test"

import instructor
import openai
from instructor.core import InstructorRetryException
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai_like import OpenAILike, OpenAILikeResponses
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel, Field

# It tells of each refusal that is expected here.
logging.getLogger("instructor").setLevel(logging.CRITICAL)
CITIES = "Weather in Tromsø and Lima?"
HELLO = [{"role": "user", "content": "Hello there"}]
MESSAGES = [ChatMessage(role="user", content="Hello there")]
# The clients keep their connections, which belong to one loop.
loop = asyncio.new_event_loop()


class Answer(BaseModel):
    words: list[str] = Field(min_length=2)
    age: int = Field(ge=18, lt=21)
    mail: str = Field(pattern=r"^[a-z]+@example\.com$")


def prompts():
    return [call["prompt"] for call in calls()]


# llama-index


def model(name="atlas", **more):
    settings = {"is_chat_model": True, "is_function_calling_model": True, "max_retries": 0, **more}
    return OpenAILike(model=name, api_base=BASE, api_key="sk-test", **settings)


def check_llama_index_a_reply_and_a_stream():
    assert model().complete("Hello there").text == REPLY
    assert model().chat(MESSAGES).message.content == REPLY
    deltas = [part.delta for part in model().stream_chat(MESSAGES)]
    assert "".join(deltas) == REPLY and len(deltas) > 5


def check_llama_index_tools_are_called():
    def get_weather(city: str, unit: str) -> str:
        """The weather of a city."""
        return f"{city}: -3 degrees {unit}"

    tool = FunctionTool.from_defaults(get_weather)
    response = model().chat_with_tools([tool], user_msg=CITIES, allow_parallel_tool_calls=True)
    called = model().get_tool_calls_from_response(response)
    assert [call.tool_kwargs["city"] for call in called] == ["Tromsø", "Lima"]


def check_llama_index_a_structured_reply():
    answer = model().as_structured_llm(Answer).complete("Hello there").raw
    assert isinstance(answer, Answer), answer


def check_llama_index_the_newer_api():
    newer = OpenAILikeResponses(model="atlas", api_base=BASE, api_key="sk-test", is_function_calling_model=True)
    assert newer.complete("Hello there").text == REPLY


def check_llama_index_errors_and_retries():
    failed = fails(openai.APIStatusError, model(default_headers=with_fault("status=418")).complete, "Hello there")
    assert failed.status_code == 418
    patient = model(max_retries=2, default_headers=with_fault("attempt=1:status=503"))
    assert patient.complete("Retry.").text == REPLY and prompts().count("Retry.") == 2


def check_llama_index_embeddings():
    embedding = OpenAIEmbedding(model_name="atlas", api_base=BASE, api_key="sk-test")
    first, second = embedding.get_text_embedding_batch(["one", "two"])
    assert len(first) == 1536 and first != second


# instructor


def patched(kind=OpenAI, **more):
    return instructor.from_openai(kind(base_url=BASE, max_retries=0), **more)


def check_instructor_a_structured_reply_in_each_mode():
    # There is one mode more, which shows the schema to the model in words: those this server does not read.
    for mode in (instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA):
        ask = {"model": "atlas", "messages": HELLO, "response_model": Answer, "max_retries": 0}
        answer = patched(mode=mode).chat.completions.create(**ask)
        assert isinstance(answer, Answer), (mode, answer)


def check_instructor_a_structured_stream():
    async def read():
        ask = {"model": "atlas", "messages": HELLO, "response_model": Answer}
        return [part async for part in patched(AsyncOpenAI).chat.completions.create_partial(**ask)]

    parts = loop.run_until_complete(read())
    assert len(parts) > 2 and Answer.model_validate(parts[-1].model_dump())


def check_instructor_what_does_not_fit_is_asked_for_again():
    class Picky(BaseModel):
        word: str

        def model_post_init(self, _):
            raise ValueError("never good enough")

    ask = {"model": "atlas", "messages": HELLO, "response_model": Picky, "max_retries": 2}
    fails(InstructorRetryException, patched().chat.completions.create, **ask)
    assert len(calls()) == 3


if __name__ == "__main__":
    sys.exit(run_checks(globals(), "openai", "llama-index-llms-openai-like", "instructor"))
