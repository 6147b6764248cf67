"""Runs pydantic-ai and the `llm` command against the server, as they are unless told otherwise.

    python check_tools.py http://127.0.0.1:8080/v1
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from check_openai import BASE, REPLY, calls, fails, run_checks, with_fault

# Both read these.
os.environ["OPENAI_BASE_URL"] = BASE
os.environ["OPENAI_API_KEY"] = "sk-test"

from pydantic import BaseModel, Field
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError

CITIES = "Weather in Tromsø and Lima?"
# The clients keep their connections, which belong to one loop.
loop = asyncio.new_event_loop()


class Answer(BaseModel):
    words: list[str] = Field(min_length=2)
    age: int = Field(ge=18, lt=21)
    mail: str = Field(pattern=r"^[a-z]+@example\.com$")


def prompts():
    return [call["prompt"] for call in calls()]


# pydantic-ai


def agent(api="openai-responses", **more):
    return Agent(f"{api}:atlas", **more)


def check_pydantic_ai_a_reply_by_both_routes():
    for api in ("openai-responses", "openai-chat"):
        result = loop.run_until_complete(agent(api).run("Hello there"))
        assert result.output == REPLY, (api, result.output)


def check_pydantic_ai_a_stream():
    async def read():
        async with agent().run_stream("Hello there") as result:
            return [text async for text in result.stream_text(delta=True, debounce_by=None)]

    pieces = loop.run_until_complete(read())
    assert "".join(pieces) == REPLY and len(pieces) > 5, pieces


def check_pydantic_ai_tools_are_called_and_answered():
    for api in ("openai-responses", "openai-chat"):
        asked = []
        forecaster = agent(api)

        @forecaster.tool_plain
        def get_weather(city: str, unit: str) -> str:
            """The weather of a city."""
            asked.append(city)
            return f"{city}: -3 degrees {unit}"

        result = loop.run_until_complete(forecaster.run(CITIES))
        assert sorted(asked) == ["Lima", "Tromsø"] and result.output == REPLY, (api, asked, result.output)


def check_pydantic_ai_a_structured_reply():
    result = loop.run_until_complete(agent(output_type=Answer).run("Hello there"))
    assert isinstance(result.output, Answer)


def check_pydantic_ai_an_error_has_its_status():
    settings = {"extra_headers": with_fault("status=418")}
    failed = fails(ModelHTTPError, lambda: loop.run_until_complete(agent(model_settings=settings).run("Hello there")))
    assert failed.status_code == 418


# The llm command


def llm(*arguments, model="atlas", ends=0):
    with tempfile.TemporaryDirectory() as home:
        models = f'- model_id: {model}\n  model_name: {model}\n  api_base: "{BASE}"\n  api_key_name: mock\n  supports_schema: true\n'
        Path(home, "extra-openai-models.yaml").write_text(models, encoding="utf-8")
        environment = {**os.environ, "LLM_USER_PATH": home, "PYTHONUTF8": "1"}
        program = Path(sys.executable).with_name("llm")
        command = [program, "-m", model, "--key", "sk-test", *arguments]
        ran = subprocess.run(command, env=environment, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        assert ran.returncode == ends, ran.stderr.decode()
        return (ran.stdout if ends == 0 else ran.stderr).decode().strip()


def check_llm_a_reply_and_a_stream():
    assert llm("Hello there") == REPLY
    assert llm("Hello there", "--no-stream") == REPLY
    assert prompts() == ["Hello there"] * 2


def check_llm_a_reply_to_a_schema():
    answer = json.loads(llm("Hello there", "--schema", "name, age int"))
    assert set(answer) == {"name", "age"} and isinstance(answer["age"], int)


def check_llm_an_error_is_told():
    assert "does not exist" in llm("Hello there", model="nobody", ends=1)


if __name__ == "__main__":
    sys.exit(run_checks(globals(), "pydantic-ai-slim", "llm"))
