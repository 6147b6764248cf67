//! Plain replies.

use std::collections::{HashMap, HashSet};

use mock_llm::Model;
use mock_llm_server::{Config, ReplyScript, Says, ToolCall};
use serde_json::{Value, json};

use crate::{
    atlas, chat,
    client::{End, post},
    serve, start, with,
};

#[test]
fn a_plain_reply_has_all_that_the_api_promises() {
    let server = serve([atlas()]);
    let answer = post(&server, &chat("atlas"));
    assert_eq!((answer.status, answer.end, answer.header("content-type")), (200, End::Clean, "application/json"));
    let mut body = answer.json();
    assert!(body["id"].as_str().is_some_and(|id| id.starts_with("chatcmpl-")));
    assert!(body["created"].as_u64().is_some_and(|created| created > 1_700_000_000));
    body["id"] = json!("");
    body["created"] = json!(0);
    let details = json!({
        "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
    });
    let expected = json!({
        "id": "", "object": "chat.completion", "created": 0, "model": "atlas",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant", "content": "one two three four five", "refusal": null, "annotations": [],
            },
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": 2, "completion_tokens": 5, "total_tokens": 7,
            "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
            "completion_tokens_details": details,
        },
        "service_tier": "default", "system_fingerprint": "fp_mock_llm",
    });
    assert_eq!(body, expected);
}

#[test]
fn max_tokens_ends_a_reply_with_length_and_stop_ends_it_with_stop() {
    let server = serve([atlas()]);
    let ended = |fields: Value| {
        let body = post(&server, &with(chat("atlas"), fields)).json();
        let choice = &body["choices"][0];
        (
            choice["message"]["content"].as_str().unwrap_or_default().to_owned(),
            choice["finish_reason"].as_str().unwrap_or_default().to_owned(),
            body["usage"]["completion_tokens"].as_u64(),
        )
    };
    let expected = |text: &str, reason: &str, tokens| (text.to_owned(), reason.to_owned(), Some(tokens));
    assert_eq!(ended(json!({ "max_tokens": 2 })), expected("one two", "length", 2));
    assert_eq!(ended(json!({ "max_completion_tokens": 3 })), expected("one two three", "length", 3));
    assert_eq!(ended(json!({ "max_tokens": 100 })), expected("one two three four five", "stop", 5));
    assert_eq!(ended(json!({ "stop": " three" })), expected("one two", "stop", 2));
    assert_eq!(ended(json!({ "stop": ["five", " four"], "max_tokens": 9 })), expected("one two three", "stop", 3));
}

#[test]
fn n_choices_are_counted_and_told_apart() {
    let server = serve([atlas()]);
    let body = post(&server, &with(chat("atlas"), json!({ "n": 3, "max_tokens": 2 }))).json();
    let texts: Vec<_> = body["choices"].as_array().into_iter().flatten().map(|of| &of["message"]["content"]).collect();
    assert_eq!(texts, ["one two", "(2) one two", "(3) one two"]);
    assert_eq!(body["usage"]["completion_tokens"], 6);
    assert_eq!(server.llm().journal().calls().len(), 1, "one request is one call");
}

#[test]
fn a_model_without_a_reply_repeats_the_last_user_message() {
    let server = serve([Model::new("atlas")]);
    let messages = json!({ "messages": [
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "First." },
        { "role": "assistant", "content": "Yes?" },
        { "role": "user", "content": [{ "type": "text", "text": "Second." }] },
    ] });
    let body = post(&server, &with(chat("atlas"), messages)).json();
    assert_eq!(body["choices"][0]["message"]["content"], "atlas answers: Second.");
    assert_eq!(body["usage"]["prompt_tokens"], 5);
}

fn weather() -> Value {
    let parameters = json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "unit": { "type": "string", "enum": ["celsius", "kelvin"] } },
        "required": ["city"],
    });
    json!({ "tools": [{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }] })
}

#[test]
fn a_tool_is_called_and_its_result_is_answered_in_words() {
    let server = serve([atlas()]);
    let body = post(&server, &with(chat("atlas"), weather())).json();
    let choice = &body["choices"][0];
    assert_eq!((&choice["finish_reason"], &choice["message"]["content"]), (&json!("tool_calls"), &Value::Null));
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!((&call["type"], &call["function"]["name"]), (&json!("function"), &json!("get_weather")));
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().expect("a text")).expect("JSON");
    assert_eq!(arguments, json!({ "city": "text", "unit": "celsius" }));

    let history = json!({ "messages": [
        { "role": "user", "content": "Count, please." },
        choice["message"],
        { "role": "tool", "tool_call_id": call["id"], "content": "12 degrees" },
    ] });
    let body = post(&server, &with(with(chat("atlas"), weather()), history)).json();
    assert_eq!(body["choices"][0]["message"]["content"], "one two three four five");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
}

#[test]
fn tool_choice_and_scripts_decide_which_tool_is_called() {
    let script = scripted(0, Says::Calls(vec![call("get_weather", "{\"city\":\"Oslo\"}")]));
    let server = start(Config { models: vec![atlas()], replies: vec![script], ..Config::default() });
    let called = |choice: Value| {
        let body = post(&server, &with(with(chat("atlas"), weather()), json!({ "tool_choice": choice }))).json();
        body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"].as_str().map(str::to_owned)
    };
    assert_eq!(called(json!("none")), None);
    assert_eq!(called(json!("auto")).as_deref(), Some("{\"city\":\"Oslo\"}"));
    assert_eq!(called(json!("required")).as_deref(), Some("{\"city\":\"Oslo\"}"));
    let named = json!({ "type": "function", "function": { "name": "get_weather" } });
    assert_eq!(called(named).as_deref(), Some("{\"city\":\"Oslo\"}"), "a script for the tool that is named");
}

fn scripted(after_tools: usize, says: Says) -> ReplyScript {
    ReplyScript { prompt: "Count, please.".to_owned(), after_tools, says }
}

fn call(name: &str, arguments: &str) -> ToolCall {
    ToolCall { name: name.to_owned(), arguments: arguments.to_owned() }
}

/// The first tool of the request is not the one that is called where it is not allowed.
#[test]
fn only_tools_that_are_allowed_are_called() {
    let server = serve([atlas()]);
    let tool = |name: &str| json!({ "type": "function", "function": { "name": name } });
    let custom = json!({ "type": "custom", "custom": { "name": "run" } });
    let called = |mode: &str, allowed: Value| {
        let choice = json!({ "type": "allowed_tools", "allowed_tools": { "mode": mode, "tools": allowed } });
        let tools = json!({ "tools": [tool("look"), tool("find"), custom], "tool_choice": choice });
        let answer = post(&server, &with(chat("atlas"), tools));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let call = answer.json()["choices"][0]["message"]["tool_calls"][0].clone();
        ["function", "custom"].iter().find_map(|kind| call[kind]["name"].as_str().map(str::to_owned))
    };
    for mode in ["auto", "required"] {
        assert_eq!(
            called(mode, json!([tool("find"), tool("look")])).as_deref(),
            Some("look"),
            "in the request's order"
        );
        assert_eq!(called(mode, json!([tool("find")])).as_deref(), Some("find"));
        assert_eq!(called(mode, json!([custom])).as_deref(), Some("run"));
    }
    let place = "tool_choice.allowed_tools";
    for (allowed, param) in [
        (json!({ "type": "allowed_tools" }), place.to_owned()),
        (json!({ "type": "allowed_tools", "allowed_tools": { "tools": [] } }), format!("{place}.mode")),
        (json!({ "type": "allowed_tools", "allowed_tools": { "mode": "none", "tools": [] } }), format!("{place}.mode")),
        (json!({ "type": "allowed_tools", "allowed_tools": { "mode": "auto" } }), format!("{place}.tools")),
        (
            json!({ "type": "allowed_tools", "allowed_tools": { "mode": "auto", "tools": [tool("other")] } }),
            format!("{place}.tools[0]"),
        ),
    ] {
        let body = with(chat("atlas"), json!({ "tools": [tool("look")], "tool_choice": allowed }));
        let answer = post(&server, &body);
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(param)), "{}", answer.text());
    }
}

/// Such a call has no token: it is there all the same, in its place, in one piece and in a stream.
#[test]
fn a_call_without_arguments_is_a_call() {
    let scripted_calls = ["", "{}", "", "", "{\"a\":1}", ""];
    let calls = scripted_calls.map(|arguments| call("get_weather", arguments)).to_vec();
    let replies = vec![scripted(0, Says::Calls(calls))];
    let server = start(Config { models: vec![atlas()], replies, ..Config::default() });
    let limited = ["", "{}", "", "", "{\"a"];
    for (limit, expected) in
        [(json!({ "n": 2 }), &scripted_calls[..]), (json!({ "max_tokens": 2, "n": 2 }), &limited[..])]
    {
        let request = with(with(chat("atlas"), weather()), limit);
        let plain = post(&server, &request).json();
        let streamed = post(&server, &with(request, json!({ "stream": true }))).objects();
        for index in 0..2 {
            let calls = plain["choices"][index]["message"]["tool_calls"].as_array().expect("calls");
            let whole: Vec<&str> = calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
            assert_eq!(whole, expected);
            let of_all = streamed.iter().flat_map(|chunk| chunk["choices"].as_array().into_iter().flatten());
            let of_choice = of_all.filter(|of| of["index"] == index);
            let mut pieces: Vec<String> = Vec::new();
            for delta in of_choice.flat_map(|of| of["delta"]["tool_calls"].as_array()).flatten() {
                if delta["id"].is_string() {
                    assert_eq!(delta["index"], pieces.len(), "one call after the other");
                    pieces.push(String::new());
                }
                let piece = pieces.last_mut().expect("a call begins with its id");
                piece.push_str(delta["function"]["arguments"].as_str().expect("a text"));
            }
            assert_eq!(pieces, expected);
        }
    }
}

/// Two tools at once, one of them again, then words: each step by its script, whole and in a stream.
#[test]
fn a_script_goes_on_after_the_results_of_its_tools() {
    let replies = vec![
        scripted(2, Says::Text("It is 12 degrees. Bring a coat.".to_owned())),
        scripted(
            0,
            Says::Calls(vec![call("get_weather", "{\"city\":\"Oslo\"}"), call("get_weather", "{\"city\":\"Rome\"}")]),
        ),
        scripted(1, Says::Calls(vec![call("get_weather", "{\"city\":\"Bergen\"}")])),
    ];
    let server = start(Config { models: vec![atlas()], replies, ..Config::default() });
    let mut messages = vec![json!({ "role": "user", "content": "Count, please." })];
    let mut cities = Vec::new();
    loop {
        let request = with(with(chat("atlas"), weather()), json!({ "messages": messages, "stop": "Bring" }));
        let choice = post(&server, &request).json()["choices"][0].clone();
        let streamed = post(&server, &with(request, json!({ "stream": true })));
        let Some(calls) = choice["message"]["tool_calls"].as_array() else {
            assert_eq!(
                (&choice["message"]["content"], &choice["finish_reason"]),
                (&json!("It is 12 degrees. "), &json!("stop"))
            );
            assert_eq!(streamed.content(0), "It is 12 degrees. ");
            break;
        };
        let mut fragments = vec![String::new(); calls.len()];
        let mut begun = 0;
        for chunk in streamed.objects() {
            for delta in chunk["choices"][0]["delta"]["tool_calls"].as_array().into_iter().flatten() {
                let index = delta["index"].as_u64().expect("an index") as usize;
                begun += usize::from(delta["id"].is_string() && delta["function"]["name"] == "get_weather");
                assert_eq!(index, begun - 1, "one call after the other");
                fragments[index].push_str(delta["function"]["arguments"].as_str().expect("a text"));
            }
        }
        let whole: Vec<&str> = calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
        assert_eq!((fragments, begun), (whole.iter().map(ToString::to_string).collect(), calls.len()));
        messages.push(choice["message"].clone());
        for call in calls {
            cities.push(call["function"]["arguments"].as_str().expect("a text").to_owned());
            messages.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": "12" }));
        }
        assert!(messages.len() < 10, "it has an end");
    }
    assert_eq!(cities, ["{\"city\":\"Oslo\"}", "{\"city\":\"Rome\"}", "{\"city\":\"Bergen\"}"]);
}

/// What the script has for a prompt is the reply to it, whatever else the request offers.
#[test]
fn a_scripted_reply_is_the_reply_with_tools_and_with_a_format_too() {
    let server = serve([atlas().reply_to("Count, please.", "{\"n\": 7}")]);
    let schema = json!({ "type": "object", "properties": { "answer": { "type": "integer" } } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
    for fields in [json!({}), weather(), json!({ "response_format": format, "n": 2 })] {
        let choices = post(&server, &with(chat("atlas"), fields.clone())).json()["choices"].clone();
        assert_eq!(
            (&choices[0]["message"]["content"], &choices[0]["finish_reason"]),
            (&json!("{\"n\": 7}"), &json!("stop"))
        );
        // A number before it would be no JSON any more.
        assert!(choices[1].is_null() || choices[1]["message"]["content"] == "{\"n\": 7}");
    }
    // A request that demands a call gets one.
    let demanded = with(with(chat("atlas"), weather()), json!({ "tool_choice": "required" }));
    assert_eq!(post(&server, &demanded).json()["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn a_stop_text_beats_the_limit_that_is_reached_with_it() {
    let server = serve([atlas()]);
    for (stop, most, reason) in
        [(" four", 3, "stop"), (" four", 2, "length"), (" four", 9, "stop"), ("nowhere", 5, "length")]
    {
        let request = with(chat("atlas"), json!({ "stop": stop, "max_tokens": most }));
        assert_eq!(post(&server, &request).json()["choices"][0]["finish_reason"], reason, "{stop} {most}");
        let chunks = post(&server, &with(request, json!({ "stream": true }))).objects();
        let reasons: Vec<&str> =
            chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
        assert_eq!(reasons, [reason], "{stop} {most}");
    }
}

#[test]
fn choices_differ_in_json_too() {
    let server = serve([atlas()]);
    let schema = json!({ "type": "object", "properties": { "answer": { "type": "string" } }, "required": ["answer"] });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
    let request = with(chat("atlas"), json!({ "response_format": format, "n": 3 }));
    let whole = post(&server, &request).json();
    let streamed = post(&server, &with(request, json!({ "stream": true })));
    for (choice, expected) in (0..).zip(["text", "text 2", "text 3"]) {
        let text = whole["choices"][choice as usize]["message"]["content"].as_str().expect("a text");
        assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), json!({ "answer": expected }));
        assert_eq!(streamed.content(choice), text);
    }
    let format = json!({ "n": 3, "response_format": { "type": "json_object" },
                         "messages": [{ "role": "user", "content": "JSON" }] });
    let whole = post(&server, &with(chat("atlas"), format)).json();
    let texts = whole["choices"].as_array().expect("a list").iter();
    let texts: HashSet<_> = texts.filter_map(|choice| choice["message"]["content"].as_str()).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
}

/// A client finds a call by its id, so neither two choices nor two calls of one choice may share one.
#[test]
fn each_of_several_calls_has_an_id_of_its_own_in_each_choice() {
    let calls = [("get_weather", r#"{"city":"Lima"}"#), ("get_weather", r#"{"city":"Oslo"}"#)];
    let calls = calls.map(|(name, arguments)| ToolCall { name: name.to_owned(), arguments: arguments.to_owned() });
    let script = ReplyScript { prompt: "Count, please.".to_owned(), after_tools: 0, says: Says::Calls(calls.to_vec()) };
    let server = start(Config { models: vec![atlas()], replies: vec![script], ..Config::default() });
    let request = with(with(chat("atlas"), weather()), json!({ "n": 3 }));
    let plain = post(&server, &request).json();
    let mut ids = HashSet::new();
    for choice in plain["choices"].as_array().expect("a list") {
        let written = choice["message"]["tool_calls"].as_array().expect("a list");
        assert!(written.iter().map(|call| &call["function"]["arguments"]).eq(calls.iter().map(|call| &call.arguments)));
        ids.extend(written.iter().filter_map(|call| call["id"].as_str().map(str::to_owned)));
    }
    assert_eq!(ids.len(), 6, "{ids:?}");
    // In a stream, choice by choice and call by call, the id comes with the first chunk of the call.
    let mut streamed = HashMap::<(u64, u64), (String, String)>::new();
    for chunk in post(&server, &with(request, json!({ "stream": true }))).objects() {
        let choice = &chunk["choices"][0];
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let place = (choice["index"].as_u64().expect("a number"), call["index"].as_u64().expect("a number"));
            let (id, arguments) = streamed.entry(place).or_default();
            id.push_str(call["id"].as_str().unwrap_or_default());
            arguments.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
        }
    }
    assert_eq!(streamed.len(), 6);
    assert!(streamed.iter().all(|((_, call), (_, arguments))| *arguments == calls[*call as usize].arguments));
    assert_eq!(streamed.values().map(|(id, _)| id).collect::<HashSet<_>>().len(), 6, "{streamed:?}");
}

#[test]
fn log_probabilities_are_listed_where_they_are_asked_for() {
    let server = serve([atlas()]);
    let request = with(chat("atlas"), json!({ "logprobs": true, "top_logprobs": 2 }));
    let whole = post(&server, &request).json();
    let list = whole["choices"][0]["logprobs"]["content"].as_array().expect("a list").clone();
    assert_eq!(list.iter().filter_map(|of| of["token"].as_str()).collect::<String>(), "one two three four five");
    assert!(
        list.iter().all(|of| of["logprob"].as_f64().is_some_and(|log| log <= 0.0) && of["top_logprobs"][1].is_object())
    );
    let chunks = post(&server, &with(request, json!({ "stream": true }))).objects();
    let streamed: Vec<&Value> =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["logprobs"]["content"].as_array()).flatten().collect();
    assert_eq!(streamed, list.iter().collect::<Vec<_>>());
    assert_eq!(post(&server, &chat("atlas")).json()["choices"][0]["logprobs"], Value::Null);
}

#[test]
fn a_tool_that_the_request_names_ends_with_stop_and_each_choice_has_a_call_of_its_own() {
    let server = serve([atlas()]);
    let named = json!({ "tool_choice": { "type": "function", "function": { "name": "get_weather" } } });
    for (choice, reason) in
        [(json!({}), "tool_calls"), (json!({ "tool_choice": "required" }), "tool_calls"), (named, "stop")]
    {
        let request = with(with(with(chat("atlas"), weather()), json!({ "n": 3 })), choice);
        let plain = post(&server, &request).json();
        let choices = plain["choices"].as_array().expect("a list");
        let mut ids = HashSet::new();
        for choice in choices {
            assert_eq!(choice["finish_reason"], reason);
            ids.insert(choice["message"]["tool_calls"][0]["id"].as_str().expect("a text").to_owned());
        }
        assert_eq!(ids.len(), 3, "{ids:?}");
        let streamed = post(&server, &with(request, json!({ "stream": true }))).objects();
        let of = |chunk: &Value| chunk["choices"][0]["delta"]["tool_calls"][0]["id"].as_str().map(str::to_owned);
        assert_eq!(streamed.iter().filter_map(of).collect::<HashSet<_>>().len(), 3);
        let reasons = streamed.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str());
        assert_eq!(reasons.collect::<Vec<_>>(), [reason; 3]);
    }
}

#[test]
fn a_reply_in_a_format_is_json_of_that_format() {
    let server = serve([atlas()]);
    let replied = |format: Value| -> Value {
        let body = post(&server, &with(chat("atlas"), json!({ "response_format": format }))).json();
        serde_json::from_str(body["choices"][0]["message"]["content"].as_str().expect("a text")).expect("JSON")
    };
    let schema = json!({ "type": "object", "properties": { "answer": { "type": "integer" } } });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } });
    assert_eq!(replied(format), json!({ "answer": 1 }));
    let asked = json!({ "messages": [{ "role": "user", "content": "Count in JSON." }],
                        "response_format": { "type": "json_object" } });
    let body = post(&server, &with(chat("atlas"), asked)).json();
    assert_eq!(body["choices"][0]["message"]["content"], "{\"reply\":\"Count in JSON.\"}");
}

#[test]
fn the_same_seed_has_the_same_latencies_in_every_server() {
    let produced = || {
        let server = start(Config { models: vec![atlas().fast()], seed: 7, ..Config::default() });
        for prompt in ["a", "b", "a"] {
            let messages = json!({ "messages": [{ "role": "user", "content": prompt }], "seed": 1 });
            assert_eq!(post(&server, &with(chat("atlas"), messages)).status, 200);
        }
        let journal = server.llm().journal();
        let of = |call: &mock_llm::Call| call.produced.iter().map(|&at| at - call.started).collect::<Vec<_>>();
        journal.calls().iter().map(of).collect::<Vec<_>>()
    };
    let first = produced();
    assert_eq!(first, produced());
    assert_ne!(first[0], first[2], "the second attempt draws again");
}
