//! `POST /v1/responses`: what the newer form says, event by event, and that all else is as with the older one.

use mock_llm::Model;
use mock_llm_server::{Config, MockServer, ReplyScript, Says, ToolCall};
use serde_json::{Value, json};

use crate::{
    atlas,
    client::{Answer, End, get, open_at},
    endless, eventually, serve, start, with,
};

const PATH: &str = "/v1/responses";

fn ask(input: impl Into<Value>) -> Value {
    json!({ "model": "atlas", "input": input.into() })
}

fn post(server: &MockServer, body: &Value) -> Answer {
    open_at(server, PATH, body, &[]).read_to_end()
}

fn stream(server: &MockServer, body: Value, fault: &str) -> Answer {
    let headers = [("x-mock-fault", fault)];
    let headers = if fault.is_empty() { &[][..] } else { &headers[..] };
    open_at(server, PATH, &with(body, json!({ "stream": true })), headers).read_to_end()
}

/// The types of all events; a type that follows itself is told once.
fn types(answer: &Answer) -> Vec<String> {
    let mut types: Vec<String> =
        answer.objects().iter().map(|event| event["type"].as_str().unwrap_or_default().to_owned()).collect();
    types.dedup();
    types
}

fn weather() -> Value {
    json!([{
        "type": "function", "name": "get_weather", "strict": true,
        "parameters": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] },
    }])
}

/// What two calls of tools are scripted for.
fn two_calls() -> Config {
    let call = |city: &str| ToolCall { name: "get_weather".to_owned(), arguments: json!({ "city": city }).to_string() };
    let says = Says::Calls(vec![call("Tromsø"), call("Lima")]);
    let script = ReplyScript { prompt: "Where?".to_owned(), after_tools: 0, says };
    Config { models: vec![atlas()], replies: vec![script], ..Config::default() }
}

#[test]
fn a_plain_response_has_all_that_the_api_promises() {
    let server = serve([atlas()]);
    let answer =
        post(&server, &with(ask("Count, please."), json!({ "instructions": "Be short.", "metadata": { "a": "b" } })));
    assert_eq!((answer.status, answer.end, answer.header("content-type")), (200, End::Clean, "application/json"));
    let mut body = answer.json();
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    assert!(id.starts_with("resp_") && body["output"][0]["id"].as_str().is_some_and(|id| id.starts_with("msg_")));
    assert!(body["created_at"].as_u64().is_some_and(|created| created > 1_700_000_000));
    assert_eq!(body["completed_at"], body["created_at"]);
    for name in ["id", "created_at", "completed_at"] {
        body[name] = json!(0);
    }
    body["output"][0]["id"] = json!(0);
    let part = json!({ "type": "output_text", "text": "one two three four five", "annotations": [], "logprobs": [] });
    let expected = json!({
        "id": 0, "object": "response", "created_at": 0, "completed_at": 0, "status": "completed", "model": "atlas",
        "error": null, "incomplete_details": null, "instructions": "Be short.", "metadata": { "a": "b" },
        "output": [{ "id": 0, "type": "message", "role": "assistant", "status": "completed", "content": [part] }],
        "usage": {
            "input_tokens": 4, "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": 5, "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 9,
        },
        "background": false, "max_output_tokens": null, "max_tool_calls": null, "parallel_tool_calls": true,
        "previous_response_id": null, "prompt_cache_key": null, "reasoning": { "effort": null, "summary": null },
        "safety_identifier": null, "service_tier": "default", "store": true, "temperature": 1.0,
        "text": { "format": { "type": "text" }, "verbosity": "medium" }, "tool_choice": "auto", "tools": [],
        "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled", "user": null,
    });
    assert_eq!(body, expected);
}

#[test]
fn a_stream_tells_a_message_from_its_beginning_to_its_end() {
    let server = serve([atlas()]);
    let answer = stream(&server, ask("Count, please."), "");
    assert_eq!((answer.status, answer.end, answer.header("content-type")), (200, End::Clean, "text/event-stream"));
    let order = [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(types(&answer), order);
    let events = answer.objects();
    let numbers: Vec<_> = events.iter().map(|event| event["sequence_number"].as_u64()).collect();
    assert_eq!(numbers, (0..events.len() as u64).map(Some).collect::<Vec<_>>());
    let deltas: Vec<_> = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(deltas, ["one", " two", " three", " four", " five"]);
    // Every event bears the same ids, and its name stands before it.
    let item = &events[2]["item"];
    assert!(events[3..events.len() - 2].iter().all(|event| event["item_id"] == item["id"]), "{events:?}");
    let named = answer.text().split("\n\n").filter(|block| !block.is_empty()).all(|block| {
        let (name, data) = block.split_once('\n').unwrap_or_default();
        let data: Value =
            data.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
        name.strip_prefix("event: ").is_some_and(|name| data["type"] == name)
    });
    assert!(named, "{}", answer.text());
    // What the stream ends with is what a plain response would have been; only the attempt is another.
    assert_eq!(
        (&events[0]["response"]["status"], &events[0]["response"]["output"]),
        (&json!("in_progress"), &json!([]))
    );
    let last = &events[events.len() - 1]["response"];
    let plain = post(&server, &ask("Count, please.")).json();
    assert_eq!((&last["status"], &last["usage"]), (&plain["status"], &plain["usage"]));
    assert_eq!(last["output"][0]["content"], plain["output"][0]["content"]);
    assert_eq!(last["output"][0]["id"], item["id"]);
    assert_ne!(last["id"], plain["id"]);
}

#[test]
fn calls_are_items_each_with_its_own_deltas() {
    let server = start(two_calls());
    let body = with(ask("Where?"), json!({ "tools": weather() }));
    let plain = post(&server, &body).json();
    let answer = stream(&server, body, "");
    let one = [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ];
    let head = ["response.created", "response.in_progress"];
    let order = [&head[..], &one[..], &one[..], &["response.completed"][..]].concat();
    assert_eq!(types(&answer), order);
    let events = answer.objects();
    for (place, city) in ["Tromsø", "Lima"].into_iter().enumerate() {
        let of_place: Vec<_> = events.iter().filter(|event| event["output_index"] == place).collect();
        let text: String = of_place.iter().filter_map(|event| event["delta"].as_str()).collect();
        assert_eq!(text, json!({ "city": city }).to_string());
        let done = of_place.last().map(|event| &event["item"]).expect("it is done");
        assert_eq!((&done["type"], &done["name"]), (&json!("function_call"), &json!("get_weather")));
        assert_eq!((&done["arguments"], &done["status"]), (&json!(text), &json!("completed")));
        assert!(done["id"].as_str().is_some_and(|id| id.starts_with("fc_")));
        assert!(done["call_id"].as_str().is_some_and(|id| id.starts_with("call_")));
        assert_eq!(plain["output"][place]["arguments"], done["arguments"]);
        assert_eq!(events.last().map(|event| &event["response"]["output"][place]), Some(done));
        let ids_agree = of_place.iter().all(|event| event["item_id"].is_null() || event["item_id"] == done["id"]);
        assert!(ids_agree, "{of_place:?}");
    }
}

#[test]
fn a_custom_tool_gets_a_text() {
    let server = serve([atlas()]);
    let body = with(ask("Go."), json!({ "tools": [{ "type": "custom", "name": "run" }], "tool_choice": "required" }));
    let events = stream(&server, body, "").objects();
    let names: Vec<_> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert!(names.contains(&"response.custom_tool_call_input.delta"), "{names:?}");
    assert!(names.contains(&"response.custom_tool_call_input.done"), "{names:?}");
    let item = &events.last().expect("it ends")["response"]["output"][0];
    assert_eq!((&item["type"], &item["input"]), (&json!("custom_tool_call"), &json!("text")));
}

#[test]
fn a_result_is_answered_in_words_whichever_way_the_conversation_goes_on() {
    let server = start(two_calls());
    let question = json!({ "role": "user", "content": [{ "type": "input_text", "text": "Where?" }] });
    let tools = json!({ "tools": weather() });
    let first = post(&server, &with(ask(json!([question])), tools.clone())).json();
    let calls = first["output"].as_array().expect("two calls").clone();
    let results = calls
        .iter()
        .map(|call| json!({ "type": "function_call_output", "call_id": call["call_id"], "output": "-3 degrees" }));
    let results: Vec<Value> = results.collect();
    let references = calls.iter().map(|call| json!({ "type": "item_reference", "id": call["id"] }));
    let history = |items: Vec<Value>| [vec![question.clone()], items, results.clone()].concat();
    let ways = [
        ask(history(calls.clone())),
        ask(history(references.collect())),
        with(ask(results.clone()), json!({ "previous_response_id": first["id"] })),
    ];
    let mut tokens = Vec::new();
    for way in ways {
        let answer = post(&server, &with(way, tools.clone())).json();
        assert_eq!(answer["output"][0]["content"][0]["text"], "one two three four five", "{answer}");
        tokens.push(answer["usage"]["input_tokens"].clone());
    }
    assert_eq!(tokens, [json!(5), json!(5), json!(5)], "it is the same conversation");
    assert!(server.llm().journal().calls().iter().all(|call| call.prompt == "Where?"));
}

#[test]
fn what_is_not_to_be_kept_is_not_there() {
    let server = serve([atlas()]);
    let kept = post(&server, &ask("One.")).json();
    let streamed = stream(&server, ask("Two."), "").objects().pop().expect("it ends")["response"].clone();
    let fleeting = post(&server, &with(ask("Three."), json!({ "store": false }))).json();
    let goes_on = |id: &Value| {
        let answer = post(&server, &with(ask("And?"), json!({ "previous_response_id": id })));
        (answer.status, answer.json()["error"]["code"].clone())
    };
    assert_eq!(goes_on(&kept["id"]), (200, Value::Null));
    assert_eq!(goes_on(&streamed["id"]), (200, Value::Null));
    assert_eq!(goes_on(&fleeting["id"]), (400, json!("previous_response_not_found")));
    let reference = json!([{ "type": "item_reference", "id": fleeting["output"][0]["id"] }]);
    assert_eq!(post(&server, &ask(reference)).status, 404);
}

#[test]
fn a_limit_makes_a_response_incomplete() {
    let server = serve([Model::new("atlas").reply("word ".repeat(30).trim_end())]);
    let body = with(ask("Count."), json!({ "max_output_tokens": 17 }));
    let told = |response: &Value| {
        let text = response["output"][0]["content"][0]["text"].as_str().unwrap_or_default();
        (response["status"].clone(), response["incomplete_details"].clone(), text.split(' ').count())
    };
    let expected = (json!("incomplete"), json!({ "reason": "max_output_tokens" }), 17);
    let plain = post(&server, &body).json();
    assert_eq!(told(&plain), expected);
    assert_eq!((&plain["output"][0]["status"], &plain["usage"]["output_tokens"]), (&json!("incomplete"), &json!(17)));
    let last = stream(&server, body, "").objects().pop().expect("it ends");
    assert_eq!((&last["type"], told(&last["response"])), (&json!("response.incomplete"), expected));
}

#[test]
fn a_schema_is_obeyed_and_log_probabilities_are_given() {
    let server = serve([atlas()]);
    let schema = json!({ "type": "object", "properties": { "sure": { "type": "boolean" } }, "required": ["sure"] });
    let format = |schema: Value| json!({ "format": { "type": "json_schema", "name": "answer", "schema": schema } });
    let body = post(&server, &with(ask("Why?"), json!({ "text": format(schema) }))).json();
    let text = body["output"][0]["content"][0]["text"].as_str().expect("a text");
    assert!(serde_json::from_str::<Value>(text).is_ok_and(|value| value["sure"].is_boolean()), "{text}");
    let endless = json!({ "type": "object", "required": ["a"], "properties": { "a": { "$ref": "#" } } });
    let refused = post(&server, &with(ask("Why?"), json!({ "text": format(endless) })));
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("text.format.schema")));

    let asks = json!({ "include": ["message.output_text.logprobs"], "top_logprobs": 2 });
    let events = stream(&server, with(ask("Why?"), asks), "").objects();
    let delta = events.iter().find(|event| event["type"] == "response.output_text.delta").expect("a delta");
    assert_eq!(
        (&delta["logprobs"][0]["token"], delta["logprobs"][0]["top_logprobs"].as_array().map(Vec::len)),
        (&json!("one"), Some(2))
    );
    let part = &events.last().expect("it ends")["response"]["output"][0]["content"][0];
    assert_eq!(part["logprobs"].as_array().map(Vec::len), Some(5));
}

#[test]
fn the_faults_are_the_same() {
    let server = serve([atlas()]);
    let plain = |fault: &str| open_at(&server, PATH, &ask(fault), &[("x-mock-fault", fault)]).read_to_end();
    for (fault, status) in [("status=503", 503), ("rate-limit=2s", 429), ("insufficient-quota", 429)] {
        assert_eq!((plain(fault).status, stream(&server, ask(fault), fault).status), (status, status), "{fault}");
    }
    assert_eq!((plain("reset").status, stream(&server, ask("reset"), "reset").status), (0, 0));
    assert_eq!(plain("cut-after=2").end, End::Cut);
    assert!(serde_json::from_slice::<Value>(&plain("malformed-after=2").body).is_err());
    assert_eq!(plain("slow-bytes=0ms").json()["output"][0]["content"][0]["text"], "one two three four five");

    let deltas = |answer: &Answer| {
        answer.objects().iter().filter_map(|event| event["delta"].as_str().map(str::to_owned)).collect::<String>()
    };
    for (fault, end) in [("cut-after=2", End::Cut), ("reset-after=2", End::Reset), ("end-after=2", End::Clean)] {
        let answer = stream(&server, ask(fault), fault);
        assert_eq!((answer.end, deltas(&answer).as_str()), (end, "one two"), "{fault}");
        assert_eq!(types(&answer).last().map(String::as_str), Some("response.output_text.delta"));
    }
    let broken = stream(&server, ask("malformed"), "malformed-after=2");
    assert_eq!(broken.events().len(), broken.objects().len() + 1);
    assert_eq!(deltas(&broken), "one two three four five");
    let slow = stream(&server, ask("slow"), "slow-bytes=0ms");
    assert_eq!(types(&slow).last().map(String::as_str), Some("response.completed"));

    let failed = stream(&server, ask("error"), "error-after=2").objects();
    let [.., error, last] = &failed[..] else { panic!("two events at least: {failed:?}") };
    assert_eq!((&error["type"], &error["message"]), (&json!("error"), &error["error"]["message"]));
    assert_eq!((&last["type"], &last["response"]["status"]), (&json!("response.failed"), &json!("failed")));
    assert_eq!(last["response"]["error"]["code"], "server_error");
    let by_name = post(&server, &with(ask("x"), json!({ "model": "atlas#status=418" })));
    assert_eq!(by_name.status, 418);
}

#[test]
fn the_journal_the_limits_and_the_end_of_a_client_are_the_same() {
    let server = serve([endless("atlas")]);
    let mut open = open_at(&server, PATH, &with(ask("On."), json!({ "stream": true })), &[("x-request-id", "mine")]);
    for _ in 0..8 {
        open.next_event().expect("it goes on");
    }
    drop(open);
    eventually("it is given up", || get(&server, "/healthz").json()["active"] == 0);
    let call = &get(&server, "/journal").json()["calls"][0];
    assert_eq!(
        (&call["request_id"], &call["outcome"], &call["prompt"]),
        (&json!("mine"), &json!("cancelled"), &json!("On."))
    );
    assert!(
        get(&server, "/metrics")
            .text()
            .contains("mock_llm_responses_total{route=\"/v1/responses\",status=\"200\"} 1\n")
    );

    let limits = mock_llm::Limits::none().requests_per_minute(1);
    let server = serve([atlas().limits(limits)]);
    let first = post(&server, &ask("One."));
    assert_eq!((first.status, first.header("x-ratelimit-remaining-requests")), (200, "0"));
    assert_eq!(post(&server, &ask("Two.")).status, 429);
    assert_eq!(get(&server, PATH).status, 405);
}

#[test]
fn every_wrong_field_is_named() {
    let server = serve([atlas()]);
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" });
    let result = json!({ "type": "function_call_output", "call_id": "c", "output": "42" });
    let table = [
        (json!({ "model": "atlas" }), "input", "Missing required parameter"),
        (json!({ "input": "hi" }), "model", "Missing required parameter"),
        (ask(7), "input", "but got an integer"),
        (ask(json!([7])), "input[0]", "expected an object"),
        (ask(json!([{ "role": "robot", "content": "hi" }])), "input[0].role", "'robot'"),
        (ask(json!([{ "role": "user" }])), "input[0].content", "Missing"),
        (ask(json!([{ "type": "smell" }])), "input[0].type", "'smell'"),
        (
            ask(json!([{ "role": "user", "content": [{ "type": "text", "text": "" }] }])),
            "input[0].content[0].type",
            "'text'",
        ),
        (ask(json!([call])), "input", "No tool output found for function call c."),
        (ask(json!([result])), "input", "No tool call found for function call output with call_id c."),
        (ask(json!([result, call])), "input", "No tool call found"),
        (with(ask("hi"), json!({ "max_output_tokens": 15 })), "max_output_tokens", ">= 16"),
        (with(ask("hi"), json!({ "temperature": 3 })), "temperature", "<= 2"),
        (with(ask("hi"), json!({ "stream_options": {} })), "stream_options", "when 'stream' is enabled"),
        (with(ask("hi"), json!({ "background": true })), "background", "foreground"),
        (with(ask("hi"), json!({ "tools": [{ "type": "function" }] })), "tools[0].name", "Missing"),
        (with(ask("hi"), json!({ "tools": [{ "type": "hammer" }] })), "tools[0].type", "'hammer'"),
        (with(ask("hi"), json!({ "tool_choice": "required" })), "tool_choice", "with 'tools'"),
        (with(ask("hi"), json!({ "text": { "format": { "type": "xml" } } })), "text.format.type", "'xml'"),
        (with(ask("hi"), json!({ "text": { "format": { "type": "json_object" } } })), "input", "the word 'json'"),
        (with(ask("hi"), json!({ "previous_response_id": "resp_x" })), "previous_response_id", "'resp_x' not found"),
    ];
    for (body, param, words) in table {
        let answer = post(&server, &body);
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"]), (400, &json!(param)), "{body} {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(words)), "{error}");
    }
    assert_eq!(post(&server, &ask(json!([{ "role": "user", "content": "" }, call, result]))).status, 200);
    let hosted = with(ask("hi"), json!({ "tools": [{ "type": "web_search" }] }));
    assert_eq!(post(&server, &hosted).json()["output"][0]["type"], "message", "it is taken, and never called");
}

#[test]
fn only_tools_that_are_allowed_are_called() {
    let server = serve([atlas()]);
    let tool = |name: &str| json!({ "type": "function", "name": name });
    let ask_for = |choice: Value| {
        let tools = json!([tool("look"), tool("find"), { "type": "web_search" }]);
        post(&server, &with(ask("Where?"), json!({ "tools": tools, "tool_choice": choice })))
    };
    let allowed = |mode: &str, tools: Value| json!({ "type": "allowed_tools", "mode": mode, "tools": tools });
    let answer = ask_for(allowed("auto", json!([tool("find"), { "type": "web_search" }]))).json();
    assert_eq!((&answer["output"][0]["name"], answer["tools"].as_array().map(Vec::len)), (&json!("find"), Some(3)));
    assert_eq!(ask_for(allowed("required", json!([tool("look")]))).json()["output"][0]["name"], "look");
    let answer = ask_for(allowed("auto", json!([tool("other")])));
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("tool_choice.tools[0]")));
}
