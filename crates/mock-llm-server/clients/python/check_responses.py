"""Runs the official openai SDK against `/v1/responses` and `/v1/embeddings`.

    python check_responses.py http://127.0.0.1:8080/v1
"""

import asyncio
import json
import math
import sys

import openai
from openai import AsyncOpenAI
from pydantic import BaseModel

from check_openai import BASE, REPLY, calls, client, eventually, fails, get, run_checks, with_fault

WEATHER = [
    {
        "type": "function",
        "name": "get_weather",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "kelvin"]}},
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
    }
]


def create(model="atlas", input="Hello there", **more):
    return client.responses.create(model=model, input=input, **more)


def check_a_plain_response():
    response = create(instructions="Be short.")
    assert (response.output_text, response.status, response.object) == (REPLY, "completed", "response")
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (4, 10, 14)
    assert response.instructions == "Be short." and response.error is None
    # Every field that the SDK's own types ask for is there, and of the right type.
    type(response).model_validate(response.model_dump(by_alias=True), strict=True)


def check_a_stream_event_by_event():
    events = list(create(stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    for event in events:
        type(event).model_validate(json.loads(event.model_dump_json(by_alias=True)))
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) == 10 and "".join(deltas) == REPLY == events[-1].response.output_text


def check_the_sdk_s_own_accumulator_agrees():
    with client.responses.stream(model="atlas", input="Hello there") as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert "".join(deltas) == final.output_text == REPLY
    with client.responses.stream(model="atlas", input="Weather in Tromsø and Lima?", tools=WEATHER) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.function_call_arguments.delta"]
        final = stream.get_final_response()
    cities = [call.parsed_arguments["city"] for call in final.output]
    assert cities == ["Tromsø", "Lima"] and snapshots[-1] == final.output[1].arguments


def check_a_tool_loop_three_ways():
    question = {"role": "user", "content": "Weather in Tromsø?"}
    first = create(input=[question], tools=WEATHER)
    call = first.output[0]
    assert (call.type, call.name) == ("function_call", "get_weather")
    assert json.loads(call.arguments) == {"city": "Tromsø", "unit": "celsius"}
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "-3 degrees"}
    reference = {"type": "item_reference", "id": call.id}
    ways = [
        {"input": [question, *first.output, result]},
        {"input": [question, reference, result]},
        {"input": [result], "previous_response_id": first.id},
    ]
    for way in ways:
        assert create(tools=WEATHER, **way).output_text == REPLY, way


def check_a_structured_reply():
    class Answer(BaseModel):
        words: list[str]
        sure: bool

    reply = client.responses.parse(model="atlas", input="Hello there", text_format=Answer)
    assert isinstance(reply.output_parsed, Answer)


def check_faults_and_retries():
    patient = client.with_options(max_retries=2)
    for fault in ("attempt=1:rate-limit=10ms", "attempt=1:status=503", "attempt=1:reset"):
        response = patient.responses.create(model="atlas", input=fault, extra_headers=with_fault(fault))
        assert response.output_text == REPLY
        assert [call["prompt"] for call in calls()].count(fault) == 2
    fails(openai.RateLimitError, create, extra_headers=with_fault("insufficient-quota"))
    error = fails(openai.BadRequestError, create, max_output_tokens=1)
    assert (error.param, error.code) == ("max_output_tokens", "integer_below_min_value")
    fails(openai.NotFoundError, create, "no-such-model")


def check_what_breaks_in_mid_stream_is_an_error():
    for fault in ("error-after=2", "malformed-after=2", "cut-after=2", "reset-after=2"):
        received = []

        def read():
            for event in create(stream=True, extra_headers=with_fault(fault)):
                received.append(event)

        error = fails(Exception, read)
        text = "".join(event.delta for event in received if event.type == "response.output_text.delta")
        assert text == "Grüße aus", (fault, received)
        if fault.startswith("error"):
            assert isinstance(error, openai.APIError) and "had an error" in error.message
    early = list(create(stream=True, extra_headers=with_fault("end-after=2")))
    assert early[-1].type == "response.output_text.delta"


def check_slow_bytes_and_heartbeats_change_nothing():
    def text_of(stream):
        return "".join(event.delta for event in stream if event.type == "response.output_text.delta")

    assert text_of(create(stream=True, extra_headers=with_fault("slow-bytes=0ms"))) == REPLY
    assert text_of(create("slow", stream=True)) == "At last."


def check_a_closed_stream_is_cancelled():
    stream = create("drip", stream=True)
    for _ in zip(range(8), stream):
        pass
    stream.close()
    eventually("nothing is active", lambda: get("/healthz")["active"] == 0)
    assert calls("drip")[-1]["outcome"] == "cancelled"


def check_an_async_client():
    async def run():
        async with AsyncOpenAI(base_url=BASE, api_key="sk-test", max_retries=0) as client:
            responses = [client.responses.create(model="slow", input=f"{number}") for number in range(20)]
            return await asyncio.gather(*responses)

    assert [response.output_text for response in asyncio.run(run())] == ["At last."] * 20


def check_embeddings():
    # The SDK asks for base64 unless told otherwise, and reads it.
    asked = client.embeddings.create(model="atlas", input=["one", "two"])
    plain = client.embeddings.create(model="atlas", input=["one", "two"], encoding_format="float")
    for binary, text in zip(asked.data, plain.data):
        assert len(binary.embedding) == 1536 and binary.index == text.index
        assert all(math.isclose(a, b, abs_tol=1e-7) for a, b in zip(binary.embedding, text.embedding))
        assert math.isclose(sum(part * part for part in binary.embedding), 1, rel_tol=1e-4)
    assert asked.data[0].embedding != asked.data[1].embedding
    assert asked.usage.total_tokens == 2
    assert len(client.embeddings.create(model="atlas", input=[[1, 2], [3]], dimensions=16).data[1].embedding) == 16


if __name__ == "__main__":
    sys.exit(run_checks(globals()))
