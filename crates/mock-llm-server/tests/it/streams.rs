//! Replies token by token.

use std::time::Duration;

use mock_llm_server::Config;
use serde_json::{Value, json};

use crate::{
    atlas, chat,
    client::{Answer, End, open, post, post_with},
    serve, start, streamed, with,
};

/// A stream in short: for each choice of each chunk its index, its delta and its reason.
fn deltas(answer: &Answer) -> Vec<(u64, Value, Value)> {
    let chunks = answer.objects();
    let choices = chunks.iter().flat_map(|chunk| chunk["choices"].as_array().cloned().unwrap_or_default());
    choices.map(|of| (of["index"].as_u64().unwrap_or(99), of["delta"].clone(), of["finish_reason"].clone())).collect()
}

#[test]
fn a_stream_is_a_role_then_words_then_a_reason_then_done() {
    let server = serve([atlas()]);
    let answer = post(&server, &streamed("atlas"));
    assert_eq!((answer.status, answer.end, answer.header("content-type")), (200, End::Clean, "text/event-stream"));
    assert_eq!((answer.header("cache-control"), answer.header("x-accel-buffering")), ("no-cache", "no"));
    let faulty = post_with(&server, &streamed("atlas"), &[("x-mock-fault", "slow-bytes=0ms")]);
    assert_eq!((faulty.header("cache-control"), faulty.header("x-accel-buffering")), ("no-cache", "no"));
    let word = |text: &str| (0, json!({ "content": text }), Value::Null);
    let expected = [
        (0, json!({ "role": "assistant", "content": "", "refusal": null }), Value::Null),
        word("one"),
        word(" two"),
        word(" three"),
        word(" four"),
        word(" five"),
        (0, json!({}), json!("stop")),
    ];
    assert_eq!(deltas(&answer), expected);
    assert_eq!(answer.events().last().map(String::as_str), Some("[DONE]"));
    assert_eq!(answer.events().len(), expected.len() + 1);
}

#[test]
fn every_chunk_says_the_same_about_its_completion() {
    let server = serve([atlas()]);
    let answer = post(&server, &streamed("atlas"));
    let chunks = answer.objects();
    for name in ["id", "created", "model", "object", "system_fingerprint", "service_tier"] {
        assert!(!chunks[0][name].is_null(), "{name}");
        assert!(chunks.iter().all(|chunk| chunk[name] == chunks[0][name]), "{name}");
    }
    assert_eq!(chunks[0]["object"], "chat.completion.chunk");
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()), "nobody asked for usage");
    let other = post(&server, &streamed("atlas"));
    assert_ne!(other.objects()[0]["id"], chunks[0]["id"]);
}

#[test]
fn usage_is_null_until_a_last_chunk_without_choices() {
    let server = serve([atlas()]);
    let body = with(streamed("atlas"), json!({ "stream_options": { "include_usage": true }, "n": 2 }));
    let answer = post(&server, &body);
    let chunks = answer.objects();
    let (last, others) = chunks.split_last().expect("there are chunks");
    assert!(others.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)));
    assert_eq!(last["choices"], json!([]));
    let count = |name: &str| last["usage"][name].as_u64();
    let counts = (count("prompt_tokens"), count("completion_tokens"), count("total_tokens"));
    assert_eq!(counts, (Some(2), Some(10), Some(12)));
    assert_eq!(answer.events().last().map(String::as_str), Some("[DONE]"));
}

#[test]
fn n_choices_come_by_turns_each_with_its_own_role_and_reason() {
    let server = serve([atlas()]);
    let answer = post(&server, &with(streamed("atlas"), json!({ "n": 2, "max_tokens": 2 })));
    assert_eq!((answer.content(0).as_str(), answer.content(1).as_str()), ("one two", "(2) one two"));
    let order: Vec<_> = deltas(&answer).into_iter().map(|(index, _, reason)| (index, reason)).collect();
    let null = || Value::Null;
    let length = || json!("length");
    let expected =
        [(0, null()), (1, null()), (0, null()), (1, null()), (0, null()), (1, null()), (0, length()), (1, length())];
    assert_eq!(order, expected);
}

#[test]
fn a_tool_call_comes_in_fragments() {
    let server = serve([atlas()]);
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string", "default": "Tromsø" } } });
    let tools = json!([{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }]);
    let answer = post(&server, &with(streamed("atlas"), json!({ "tools": tools })));
    let deltas = deltas(&answer);
    let (first, last) = (&deltas[0].1, &deltas[deltas.len() - 1]);
    assert_eq!((&first["role"], &first["content"]), (&json!("assistant"), &Value::Null));
    let call = &first["tool_calls"][0];
    assert!(call["id"].as_str().is_some_and(|id| id.starts_with("call_")));
    assert_eq!((&call["index"], &call["type"]), (&json!(0), &json!("function")));
    assert_eq!(call["function"], json!({ "name": "get_weather", "arguments": "" }));
    let fragments = deltas[1..deltas.len() - 1].iter().map(|(_, delta, _)| {
        assert!(delta["tool_calls"][0].get("id").is_none(), "the id comes once");
        delta["tool_calls"][0]["function"]["arguments"].as_str().expect("a text").to_owned()
    });
    let fragments: Vec<String> = fragments.collect();
    assert!(fragments.len() > 1);
    assert_eq!(serde_json::from_str::<Value>(&fragments.concat()).expect("JSON"), json!({ "city": "Tromsø" }));
    assert_eq!((&last.1, &last.2), (&json!({}), &json!("tool_calls")));
}

#[test]
fn the_words_of_a_stream_are_those_of_the_plain_reply() {
    let text = "Grüße — 日本語\n\nand \"quotes\", \\ and \u{1f980}.";
    let server = serve([mock_llm::Model::new("atlas").reply(text)]);
    assert_eq!(post(&server, &streamed("atlas")).content(0), text);
    assert_eq!(post(&server, &chat("atlas")).json()["choices"][0]["message"]["content"], text);
    let empty = serve([mock_llm::Model::new("atlas").reply("")]);
    let answer = post(&empty, &streamed("atlas"));
    assert_eq!((answer.content(0).as_str(), answer.objects().len()), ("", 2));
}

/// Official SDKs fail on events without data and on a byte order mark.
#[test]
fn nothing_but_data_and_comments_is_in_a_stream() {
    // So long a silence has two heartbeats, whatever else the machine has to do.
    let model = atlas().time_to_first_token(Duration::from_secs(2)).inter_token_latency(Duration::from_millis(60));
    let heartbeat = Duration::from_millis(20);
    let server = start(Config { models: vec![model], heartbeat, ..Config::default() });
    let answer = post(&server, &streamed("atlas"));
    let mut comments = 0;
    for block in answer.text().split_terminator("\n\n") {
        comments += usize::from(block == ": keep-alive");
        assert!(block.starts_with("data: ") || block == ": keep-alive", "{block:?}");
        assert!(!block.contains('\n') && !block.contains('\u{feff}'), "{block:?}");
    }
    assert!(comments >= 2, "a heartbeat in the silence, and another: {comments}");
    assert_eq!(answer.content(0), "one two three four five");
}

#[test]
fn a_stream_that_goes_wrong_has_heartbeats_until_it_does_and_one_that_stalls_has_none() {
    let slow = atlas().time_to_first_token(Duration::from_secs(2));
    let heartbeat = Duration::from_millis(20);
    let config = Config { models: vec![slow], heartbeat, drain: Duration::ZERO, ..Config::default() };
    let server = start(config);
    let mut stalled = open(&server, &streamed("atlas"), &[("x-mock-fault", "stall-after=2")]);
    for _ in 0..3 {
        assert!(stalled.next_event().is_some(), "a role and two words");
    }
    let broken = post_with(&server, &streamed("atlas"), &[("x-mock-fault", "cut-after=2")]);
    assert!(broken.text().matches(": keep-alive\n\n").count() >= 2, "{}", broken.text());
    assert_eq!(broken.content(0), "one two");
    // The stalled one has been silent for as long as the other one took.
    server.stop();
    assert!(!stalled.read_to_end().text().contains("keep-alive"));
}

#[test]
fn a_heartbeat_of_zero_is_none() {
    let slow = atlas().time_to_first_token(Duration::from_millis(200));
    let server = start(Config { models: vec![slow], heartbeat: Duration::ZERO, ..Config::default() });
    for fault in ["", "slow-bytes=0ms"] {
        let headers = [("x-mock-fault", fault)];
        let headers = if fault.is_empty() { &[][..] } else { &headers[..] };
        let answer = post_with(&server, &streamed("atlas"), headers);
        assert_eq!((answer.status, answer.content(0).as_str()), (200, "one two three four five"));
        assert!(!answer.text().contains("keep-alive"), "{}", answer.text());
    }
    let answer = post_with(&server, &streamed("atlas"), &[("x-mock-fault", "status=503")]);
    assert_eq!(answer.status, 503, "no heartbeat has begun the response before");
}
