"""Runs langchain-openai, litellm and openai-agents against the server, as they are unless told otherwise: who calls the chat
route and who calls `/v1/responses` is their own choice.

    python check_frameworks.py http://127.0.0.1:8080/v1
"""

import asyncio
import json
import os
import sys

from check_openai import BASE, REPLY, calls, eventually, fails, get, run_checks, with_fault

# All three read these. The last two keep them off the network: litellm fetches a list of prices when it is imported, and
# openai-agents sends traces to OpenAI.
os.environ["OPENAI_BASE_URL"] = os.environ["OPENAI_API_BASE"] = BASE
os.environ["OPENAI_API_KEY"] = "sk-test"
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"

import litellm
from agents import Agent, ModelSettings, Runner, function_tool
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

litellm.suppress_debug_info = True
CITIES = "Weather in Tromsø and Lima?"


# The clients keep their connections, which belong to one loop.
loop = asyncio.new_event_loop()


class Answer(BaseModel):
    words: list[str]
    sure: bool


def prompts():
    return [call["prompt"] for call in calls()]


# langchain-openai


@tool
def get_weather(city: str, unit: str) -> str:
    """The weather of a city."""
    return f"{city}: -3 degrees {unit}"


def check_langchain_a_reply_and_its_usage():
    message = ChatOpenAI(model="atlas").invoke("Hello there")
    assert message.content == REPLY
    assert message.usage_metadata["input_tokens"] == 2 and message.usage_metadata["total_tokens"] == 12
    assert message.response_metadata["finish_reason"] == "stop"


def check_langchain_a_stream():
    chunks = list(ChatOpenAI(model="atlas").stream("Hello there"))
    assert "".join(chunk.text for chunk in chunks) == REPLY and len(chunks) >= 10
    # It asks for the usage of a stream by itself, but not where the address is not OpenAI's.
    usages = [chunk.usage_metadata for chunk in ChatOpenAI(model="atlas", stream_usage=True).stream("Hello there")]
    assert [usage["total_tokens"] for usage in usages if usage] == [12]


def check_langchain_tools_are_called_and_answered():
    model = ChatOpenAI(model="atlas").bind_tools([get_weather])
    asked = model.invoke(CITIES)
    assert [call["args"]["city"] for call in asked.tool_calls] == ["Tromsø", "Lima"]
    results = [get_weather.invoke(call) for call in asked.tool_calls]
    assert model.invoke([("user", CITIES), asked, *results]).content == REPLY
    streamed = None
    for chunk in model.stream(CITIES):
        streamed = chunk if streamed is None else streamed + chunk
    assert [call["args"] for call in streamed.tool_calls] == [call["args"] for call in asked.tool_calls]


def check_langchain_a_structured_reply():
    for method in ("json_schema", "function_calling"):
        answer = ChatOpenAI(model="atlas").with_structured_output(Answer, method=method).invoke("Hello there")
        assert isinstance(answer, Answer), method


def check_langchain_retries_and_a_batch():
    patient = ChatOpenAI(model="atlas", default_headers=with_fault("attempt=1:status=503"))
    assert patient.invoke("Retry.").content == REPLY
    assert prompts().count("Retry.") == 2
    batch = ChatOpenAI(model="slow").abatch([f"{number}" for number in range(20)])
    answers = loop.run_until_complete(batch)
    assert [answer.content for answer in answers] == ["At last."] * 20


def check_langchain_the_newer_api():
    message = ChatOpenAI(model="atlas", use_responses_api=True).invoke("Hello there")
    assert message.text == REPLY


def check_langchain_embeddings():
    # Unless told otherwise it fetches a tokenizer, to cut what is too long.
    embeddings = OpenAIEmbeddings(model="atlas", check_embedding_ctx_length=False)
    first, second = embeddings.embed_documents(["one", "two"])
    assert len(first) == 1536 and first != second and embeddings.embed_query("one") == first


# litellm


def complete(prompt="Hello there", **more):
    return litellm.completion(model="openai/atlas", messages=[{"role": "user", "content": prompt}], **more)


def check_litellm_a_reply_and_a_stream():
    reply = complete()
    assert reply.choices[0].message.content == REPLY and reply.usage.total_tokens == 12
    chunks = list(complete(stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == REPLY
    assert litellm.stream_chunk_builder(chunks).usage.total_tokens == 12


def check_litellm_tools():
    parameters = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city", "unit"],
    }
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": parameters}}]
    message = complete(CITIES, tools=tools).choices[0].message
    assert [json.loads(call.function.arguments)["city"] for call in message.tool_calls] == ["Tromsø", "Lima"]
    whole = litellm.stream_chunk_builder(list(complete(CITIES, tools=tools, stream=True)))
    cities = [json.loads(call.function.arguments)["city"] for call in whole.choices[0].message.tool_calls]
    assert cities == ["Tromsø", "Lima"]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "-3 degrees"} for call in message.tool_calls]
    history = [{"role": "user", "content": CITIES}, message, *results]
    answer = litellm.completion(model="openai/atlas", messages=history, tools=tools)
    assert answer.choices[0].message.content == REPLY


def check_litellm_errors_are_of_the_right_kind():
    once = {"num_retries": 0, "max_retries": 0}
    fails(litellm.RateLimitError, complete, extra_headers=with_fault("rate-limit=10ms"), **once)
    fails(litellm.InternalServerError, complete, extra_headers=with_fault("status=500"), **once)
    fails(litellm.ServiceUnavailableError, complete, extra_headers=with_fault("status=503"), **once)
    fails(litellm.BadRequestError, complete, extra_body={"temperature": "hot"}, **once)
    fails(litellm.AuthenticationError, complete, api_key="sk-wrong-key-1234", **once)
    reply = complete("Retry.", extra_headers=with_fault("attempt=1:rate-limit=10ms"), num_retries=2)
    assert reply.choices[0].message.content == REPLY and prompts().count("Retry.") == 2


def check_litellm_what_breaks_in_mid_stream_is_an_error():
    for fault in ("error-after=2", "cut-after=2", "reset-after=2"):
        received = []

        def read():
            for chunk in complete(stream=True, extra_headers=with_fault(fault), num_retries=0, max_retries=0):
                received.append(chunk.choices[0].delta.content or "")

        fails(Exception, read)
        assert "".join(received) == "Grüße aus", (fault, received)


def check_litellm_responses_and_embeddings():
    response = litellm.responses(model="openai/atlas", input="Hello there")
    assert response.output[0].content[0].text == REPLY
    vectors = litellm.embedding(model="openai/atlas", input=["one", "two"]).data
    assert len(vectors) == 2 and len(vectors[0]["embedding"]) == 1536


# openai-agents


@function_tool(name_override="get_weather")
def weather(city: str, unit: str) -> str:
    """The weather of a city."""
    return f"{city}: -3 degrees {unit}"


def run(agent, prompt="Hello there"):
    return loop.run_until_complete(Runner.run(agent, prompt))


def agent(**more):
    return Agent(name="Forecaster", instructions="Be short.", model="atlas", **more)


def check_agents_a_run():
    result = run(agent())
    assert result.final_output == REPLY
    assert result.context_wrapper.usage.requests == 1


def check_agents_a_run_with_tools():
    result = run(agent(tools=[weather]), CITIES)
    assert result.final_output == REPLY
    outputs = [item.output for item in result.new_items if item.type == "tool_call_output_item"]
    assert outputs == ["Tromsø: -3 degrees celsius", "Lima: -3 degrees celsius"]
    assert prompts() == [CITIES, CITIES]


def check_agents_a_stream():
    async def stream():
        result = Runner.run_streamed(agent(tools=[weather]), CITIES)
        events = [event async for event in result.stream_events()]
        return result.final_output, events

    final, events = loop.run_until_complete(stream())
    raw = [event.data for event in events if event.type == "raw_response_event"]
    text = "".join(event.delta for event in raw if event.type == "response.output_text.delta")
    assert text == final == REPLY
    assert [event.name for event in events if event.type == "run_item_stream_event"].count("tool_called") == 2


def check_agents_a_structured_reply():
    assert isinstance(run(agent(output_type=Answer)).final_output, Answer)


def check_agents_a_handoff():
    other = Agent(name="Other", model="atlas", handoff_description="Knows more.")
    settings = ModelSettings(tool_choice="required")
    result = run(agent(handoffs=[other], model_settings=settings))
    assert result.last_agent is other and result.final_output == REPLY


def check_agents_a_run_that_is_cancelled():
    async def leave():
        result = Runner.run_streamed(Agent(name="Slow", model="drip"), "Hello there")
        async for event in result.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                result.cancel()
        # While the loop still runs: it is what closes the connection.
        await asyncio.to_thread(eventually, "nothing is active", lambda: get("/healthz")["active"] == 0)

    loop.run_until_complete(leave())
    assert calls("drip")[-1]["outcome"] == "cancelled"


if __name__ == "__main__":
    sys.exit(run_checks(globals(), "langchain-openai", "litellm", "openai-agents"))
