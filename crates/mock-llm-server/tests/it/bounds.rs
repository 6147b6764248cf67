//! Small requests that ask for much: each has a bound, and a 400 that says so.

use mock_llm::Model;
use mock_llm_server::MockServer;
use serde_json::{Map, Value, json};

use crate::{
    atlas, chat,
    client::{Answer, open, open_at, post},
    serve, with,
};

fn responses(server: &MockServer, fields: Value) -> Answer {
    open_at(server, "/v1/responses", &with(json!({ "model": "atlas", "input": "Hello!" }), fields), &[]).read_to_end()
}

#[track_caller]
fn refused(answer: &Answer, param: &str, code: &str) {
    let error = &answer.json()["error"];
    assert_eq!((answer.status, &error["param"], &error["code"]), (400, &json!(param), &json!(code)), "{error}");
}

#[test]
fn log_probabilities_are_bounded_in_all_choices_together() {
    let server =
        serve([Model::new("atlas").reply(vec!["word"; 100].join(" ")), Model::new("long").reply("a ".repeat(2_400))]);
    let ask = |n: usize, top: usize| with(chat("atlas"), json!({ "n": n, "logprobs": true, "top_logprobs": top }));
    // Far from the limit: as many as it allows take a debug build seconds to write.
    let good = post(&server, &ask(2, 20));
    assert_eq!(good.status, 200, "4 200 of them");
    assert_eq!(good.json()["choices"][1]["logprobs"]["content"][99]["top_logprobs"].as_array().map(Vec::len), Some(20));
    refused(&post(&server, &ask(24, 20)), "top_logprobs", "invalid_value");
    // A stream has those of one token at a time.
    assert_eq!(open(&server, &with(ask(24, 20), json!({ "stream": true })), &[]).status, 200);
    let include = |model: &str, top: usize| json!({ "model": model, "include": ["message.output_text.logprobs"], "top_logprobs": top });
    assert_eq!(responses(&server, include("atlas", 20)).status, 200);
    for stream in [false, true] {
        // Here a stream has all of them at its end, four times.
        let answer = responses(&server, with(include("long", 20), json!({ "stream": stream })));
        refused(&answer, "top_logprobs", "invalid_value");
    }
    // What a limit leaves is what counts.
    let short = with(include("long", 20), json!({ "max_output_tokens": 100 }));
    assert_eq!(responses(&server, short).status, 200);
}

#[test]
fn a_long_prompt_is_not_repeated_whole_in_every_choice() {
    let server = serve([atlas()]);
    let long = json!({
        "messages": [{ "role": "user", "content": format!("json {}", "x".repeat(1_000_000)) }],
        "response_format": { "type": "json_object" }, "n": 2,
    });
    let answer = post(&server, &with(chat("atlas"), long));
    let said = |choice: usize| -> Value {
        let text = answer.json()["choices"][choice]["message"]["content"].as_str().expect("a text").to_owned();
        serde_json::from_str(&text).expect("JSON")
    };
    assert!(answer.body.len() < 20_000, "{} bytes", answer.body.len());
    assert_eq!((said(0)["reply"].as_str().map(str::len), &said(1)["choice"]), (Some(4096), &json!(2)));
}

#[test]
fn an_id_of_a_call_has_64_characters_at_most() {
    let server = serve([atlas()]);
    for (length, status) in [(64, 200), (65, 400)] {
        let id = "é".repeat(length);
        let items = json!([
            { "role": "user", "content": "Where?" },
            { "type": "function_call", "call_id": id, "name": "look", "arguments": "{}" },
            { "type": "function_call_output", "call_id": id, "output": "42" },
        ]);
        let answer = responses(&server, json!({ "input": items }));
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 400 {
            refused(&answer, "input[1].call_id", "string_above_max_length");
        }
    }
}

#[test]
fn metadata_is_what_the_api_takes() {
    let server = serve([atlas()]);
    let pairs = |count: usize| -> Map<String, Value> {
        (0..count).map(|number| (format!("{number:064}"), json!("x".repeat(512)))).collect()
    };
    let answer = responses(&server, json!({ "metadata": pairs(16) }));
    assert_eq!((answer.status, &answer.json()["metadata"]), (200, &json!(pairs(16))));
    let table = [
        (json!(pairs(17)), "metadata", "object_above_max_properties"),
        (json!({ "a": 1 }), "metadata.a", "invalid_type"),
        (json!({ "a": "x".repeat(513) }), "metadata.a", "string_above_max_length"),
        (json!({ "a".repeat(65): "x" }), "metadata", "string_above_max_length"),
        (json!([]), "metadata", "invalid_type"),
    ];
    for (metadata, param, code) in table {
        refused(&responses(&server, json!({ "metadata": metadata })), param, code);
    }
}

/// Three copies of a streamed response bear them.
#[test]
fn settings_that_a_response_repeats_are_bounded_together() {
    let server = serve([atlas()]);
    let many = |count: usize| json!({ "reasoning": { "effort": vec![0; count] } });
    assert_eq!(responses(&server, many(90_000)).status, 200);
    refused(&responses(&server, many(100_000)), "reasoning", "unsupported_value");
}

/// Each would be compiled, however few of them a value meets.
#[test]
fn a_schema_has_so_many_patterns() {
    let server = serve([atlas()]);
    let format = |count: usize| {
        let of = |number: usize| {
            (format!("p{number}"), json!({ "type": "string", "pattern": format!("^[a-z]{{3}}x{number}$") }))
        };
        let schema = json!({ "type": "object", "properties": (0..count).map(of).collect::<Map<_, _>>() });
        json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "answer", "schema": schema } } })
    };
    assert_eq!(post(&server, &with(chat("atlas"), format(100))).status, 200);
    let answer = post(&server, &with(chat("atlas"), format(101)));
    refused(&answer, "response_format.json_schema.schema", "unsupported_schema");
}
