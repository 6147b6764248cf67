"""Runs the official openai SDK against the server: what it promises, seen by a client that nobody here wrote.

    python check_openai.py http://127.0.0.1:8080/v1

Each function is a check; its name says what holds. Nothing here asserts how long something took, only that a wait which
the server asked for was not cut short.
"""

import asyncio
import json
import sys
import time
import traceback
import urllib.error
import urllib.request
from importlib.metadata import version

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

BASE = sys.argv[1].rstrip("/")
ROOT = BASE.removesuffix("/v1")
REPLY = "Grüße aus 日本: nothing runs until it is polled. 🦀"
HELLO = [{"role": "user", "content": "Hello there"}]
WEATHER = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "kelvin"]}},
                "required": ["city", "unit"],
            },
        },
    }
]

client = OpenAI(base_url=BASE, api_key="sk-test", max_retries=0, timeout=30)


def create(model="atlas", **more):
    return client.chat.completions.create(model=model, messages=HELLO, **more)


def with_fault(fault):
    return {"x-mock-fault": fault}


def get(path):
    with urllib.request.urlopen(ROOT + path, timeout=10) as response:
        return json.load(response)


def calls(model=None):
    found, path = [], "/journal?limit=1000"
    while path:
        page = get(path)
        found += page["calls"]
        path = page["next"]
    return [call for call in found if model in (None, call["model"])]


def eventually(what, holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"it never came about: {what}"
        time.sleep(0.01)


def fails(kind, function, *arguments, **more):
    try:
        function(*arguments, **more)
    except kind as error:
        return error
    raise AssertionError(f"no {kind}")


def text_of(stream):
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def check_a_plain_reply():
    reply = create()
    choice = reply.choices[0]
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", REPLY, "stop")
    assert (reply.object, reply.model) == ("chat.completion", "atlas")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (2, 10, 12)


def check_a_stream_chunk_by_chunk():
    chunks = list(create(stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.choices[0].finish_reason is None for chunk in chunks[:-1])
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert {(chunk.id, chunk.created, chunk.object) for chunk in chunks} == {
        (chunks[0].id, chunks[0].created, "chat.completion.chunk")
    }
    assert text_of(chunks) == REPLY


def check_usage_of_a_stream():
    chunks = list(create(stream=True, stream_options={"include_usage": True}))
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 12


def check_max_tokens_stop_n_and_seed():
    cut = create(max_tokens=2).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("Grüße aus", "length")
    stopped = create(stop=[" until"]).choices[0]
    assert (stopped.message.content, stopped.finish_reason) == ("Grüße aus 日本: nothing runs", "stop")
    several = create(n=3, seed=7)
    assert [choice.index for choice in several.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in several.choices}) == 3
    assert create(seed=7).choices[0].message.content == create(seed=7).choices[0].message.content


def check_raw_headers():
    raw = client.chat.completions.with_raw_response.create(model="limited", messages=HELLO)
    headers = raw.headers
    assert headers["x-request-id"] == raw.parse()._request_id
    assert int(headers["openai-processing-ms"]) >= 0
    assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-limit-tokens"]) == ("60", "90000")
    assert 0 <= int(headers["x-ratelimit-remaining-requests"]) < 60
    assert headers["x-ratelimit-reset-requests"].endswith("s")


def check_models():
    assert [model.id for model in client.models.list()] == ["atlas", "slow", "drip", "limited"]
    assert client.models.retrieve("atlas").object == "model"


def check_a_429_is_retried_when_it_said():
    answer = client.with_options(max_retries=2).chat.completions.create(
        model="atlas",
        messages=[{"role": "user", "content": "429"}],
        extra_headers=with_fault("attempt=1:rate-limit=1200ms"),
    )
    assert answer.choices[0].message.content == REPLY
    first, second = [call for call in calls() if call["prompt"] == "429"]
    # Of its own accord the SDK waits for half a second.
    assert second["started_ms"] - first["started_ms"] >= 1200, (first, second)


def check_5xx_are_retried_and_given_up_on():
    patient = client.with_options(max_retries=2)
    for status in (500, 503):
        prompt = [{"role": "user", "content": f"{status}"}]
        fault = with_fault(f"attempt=1:status={status}")
        answer = patient.chat.completions.create(model="atlas", messages=prompt, extra_headers=fault)
        assert answer.choices[0].message.content == REPLY
        assert [call["prompt"] for call in calls()].count(f"{status}") == 2
    hopeless = [{"role": "user", "content": "always 503"}]
    error = fails(
        openai.InternalServerError,
        patient.chat.completions.create,
        model="atlas",
        messages=hopeless,
        extra_headers=with_fault("status=503"),
    )
    assert error.status_code == 503
    assert [call["prompt"] for call in calls()].count("always 503") == 3


def check_an_empty_purse_is_not_retried():
    prompt = [{"role": "user", "content": "quota"}]
    error = fails(
        openai.RateLimitError,
        client.with_options(max_retries=2).chat.completions.create,
        model="atlas",
        messages=prompt,
        extra_headers=with_fault("insufficient-quota"),
    )
    assert error.code == "insufficient_quota"
    assert [call["prompt"] for call in calls()].count("quota") == 1


def check_a_connection_that_is_reset_or_refused_is_retried():
    for number, fault in enumerate(("reset", "refused=200ms")):
        prompt = [{"role": "user", "content": f"connection {number}"}]
        answer = client.with_options(max_retries=5).chat.completions.create(
            model="atlas", messages=prompt, extra_headers=with_fault(f"attempt=1:{fault}")
        )
        assert answer.choices[0].message.content == REPLY
    fails(openai.APIConnectionError, create, extra_headers=with_fault("reset"))


def check_a_timeout_cancels_the_call():
    fails(openai.APITimeoutError, create, "slow", timeout=0.2)
    eventually("it is given up", lambda: get("/healthz")["active"] == 0)
    assert [call["outcome"] for call in calls("slow")] == ["cancelled"]


def check_a_stall_in_mid_stream_times_out():
    stream = create(stream=True, extra_headers=with_fault("stall-after=3"), timeout=0.5)
    received = []

    def read():
        for chunk in stream:
            received.append(chunk)

    error = fails(Exception, read)
    assert "timed out" in f"{error}".lower() or "timeout" in type(error).__name__.lower(), repr(error)
    assert text_of(received) == "Grüße aus 日本:"
    eventually("it is given up", lambda: get("/healthz")["active"] == 0)


def check_a_closed_stream_closes_its_connection():
    stream = create("drip", stream=True)
    for _, chunk in zip(range(5), stream):
        assert chunk.choices
    assert get("/healthz")["active"] == 1
    stream.close()
    eventually("nothing is active", lambda: get("/healthz")["active"] == 0)
    last = calls("drip")[-1]
    assert last["outcome"] == "cancelled" and last["produced"] < 2000, last


def check_a_cancelled_task_closes_its_connection():
    async def run():
        async with AsyncOpenAI(base_url=BASE, api_key="sk-test", max_retries=0) as client:
            first = asyncio.Event()

            async def read():
                async for _ in await client.chat.completions.create(model="drip", messages=HELLO, stream=True):
                    first.set()

            task = asyncio.create_task(read())
            await first.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
            await asyncio.to_thread(eventually, "nothing is active", lambda: get("/healthz")["active"] == 0)

    asyncio.run(run())
    assert calls("drip")[-1]["outcome"] == "cancelled"


def check_a_hundred_at_once():
    before = get("/journal")["high_water"]

    async def run():
        async with AsyncOpenAI(base_url=BASE, api_key="sk-test", max_retries=0) as client:

            async def one(number):
                stream = number % 2 == 0
                reply = await client.chat.completions.create(model="slow", messages=HELLO, stream=stream)
                if not stream:
                    return reply.choices[0].message.content
                return "".join([chunk.choices[0].delta.content or "" async for chunk in reply])

            return await asyncio.gather(*(one(number) for number in range(100)))

    assert asyncio.run(run()) == ["At last."] * 100
    together = get("/journal")["high_water"]
    assert together > max(before, 50), f"{together} at once"
    return f"{together} in flight together"


def check_errors_are_of_the_right_kind():
    error = fails(openai.NotFoundError, create, "no-such-model")
    assert error.code == "model_not_found"
    error = fails(openai.BadRequestError, create, extra_body={"temperature": "hot"})
    assert (error.param, error.code, error.type) == ("temperature", "invalid_type", "invalid_request_error")
    error = fails(openai.BadRequestError, client.chat.completions.create, model="atlas", messages=[])
    assert error.param == "messages"
    wrong = OpenAI(base_url=BASE, api_key="sk-wrong-key-1234", max_retries=0)
    error = fails(openai.AuthenticationError, wrong.chat.completions.create, model="atlas", messages=HELLO)
    assert error.code == "invalid_api_key"
    fails(openai.NotFoundError, client.post, "/no/such/route", cast_to=object)
    assert fails(openai.APIStatusError, client.get, "/chat/completions", cast_to=object).status_code == 405
    error = fails(openai.APIStatusError, create, extra_headers=with_fault("status=418"))
    assert error.status_code == 418 and error.request_id.startswith("req_")


def check_bad_json_and_a_missing_key():
    def post(body, headers):
        headers = {"content-type": "application/json", **headers}
        request = urllib.request.Request(BASE + "/chat/completions", body, headers)
        error = fails(urllib.error.HTTPError, urllib.request.urlopen, request, timeout=10)
        return error.code, json.load(error)["error"]["message"]

    key = {"authorization": "Bearer sk-test"}
    status, message = post(b'{"model": ', key)
    assert status == 400 and message.startswith("We could not parse the JSON body of your request")
    status, message = post(b"{}", {})
    assert status == 401 and message.startswith("You didn't provide an API key")


def check_a_tool_call_streamed_and_answered():
    question = [{"role": "user", "content": "Weather in Tromsø?"}]
    with client.chat.completions.stream(model="atlas", messages=question, tools=WEATHER) as stream:
        fragments = [event.arguments_delta for event in stream if event.type == "tool_calls.function.arguments.delta"]
        message = stream.get_final_completion().choices[0]
    assert message.finish_reason == "tool_calls"
    call = message.message.tool_calls[0]
    assert len(fragments) > 1 and "".join(fragments) == call.function.arguments
    assert json.loads(call.function.arguments) == {"city": "Tromsø", "unit": "celsius"}
    history = question + [
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
            ],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "-3 degrees"},
    ]
    answer = client.chat.completions.create(model="atlas", messages=history, tools=WEATHER)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (REPLY, "stop")


def check_a_structured_reply():
    class Answer(BaseModel):
        words: list[str]
        sure: bool

    reply = client.chat.completions.parse(model="atlas", messages=HELLO, response_format=Answer)
    assert isinstance(reply.choices[0].message.parsed, Answer)


def check_what_breaks_in_mid_stream_is_an_error():
    for fault in ("error-after=2", "malformed-after=2", "cut-after=2", "reset-after=2"):
        received = []

        def read():
            for chunk in create(stream=True, extra_headers=with_fault(fault)):
                received.append(chunk)

        error = fails(Exception, read)
        assert text_of(received) == "Grüße aus", (fault, received)
        if fault.startswith("error"):
            assert isinstance(error, openai.APIError) and "had an error" in error.message
    early = list(create(stream=True, extra_headers=with_fault("end-after=2")))
    assert text_of(early) == "Grüße aus" and early[-1].choices[0].finish_reason is None


def check_slow_bytes_and_heartbeats_change_nothing():
    assert text_of(create(stream=True, extra_headers=with_fault("slow-bytes=0ms"))) == REPLY
    assert create(extra_headers=with_fault("slow-bytes=0ms")).choices[0].message.content == REPLY
    assert text_of(create("slow", stream=True)) == "At last."


def run_checks(names, *packages):
    failed = 0
    checks = [(name, check) for name, check in names.items() if name.startswith("check_")]
    versions = [f"{package} {version(package)}" for package in packages or ["openai"]]
    print(f"{', '.join(versions)}, Python {sys.version.split()[0]}")
    for name, check in checks:
        request = urllib.request.Request(ROOT + "/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()
        title = name.removeprefix("check_").replace("_", " ")
        try:
            more = check()
            print(f"  ok      {title}" + (f" ({more})" if more else ""), flush=True)
        except Exception:
            failed += 1
            print(f"  FAILED  {title}", flush=True)
            traceback.print_exc()
    print(f"{len(checks) - failed} of {len(checks)} hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run_checks(globals()))
