//! Requests that are wrong, and what they are told.

use std::io::Write;

use mock_llm_server::Config;
use serde_json::{Value, json};

use crate::{
    atlas, chat,
    client::{self, Answer, End, post, post_with, request},
    serve, start, with,
};

#[track_caller]
fn error(answer: &Answer, status: u16, param: Value, code: Value) -> String {
    assert_eq!((answer.status, answer.end), (status, End::Clean), "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.header("x-request-id").is_empty());
    let body = answer.json();
    let error = &body["error"];
    let mut names: Vec<_> = error.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["code", "message", "param", "type"]);
    assert_eq!((&error["param"], &error["code"]), (&param, &code), "{body}");
    assert_eq!(error["type"], "invalid_request_error");
    error["message"].as_str().expect("a message").to_owned()
}

#[test]
fn a_body_that_is_no_json_and_one_that_lacks_a_field_are_told_so() {
    let server = serve([atlas()]);
    let send = |body: &[u8]| request(&server, "POST", "/v1/chat/completions", &[], body);
    let message = error(&send(b"{\"model\": "), 400, Value::Null, Value::Null);
    assert!(message.starts_with("We could not parse the JSON body of your request"), "{message}");
    assert!(error(&send(b""), 400, Value::Null, Value::Null).contains("JSON"));
    assert!(error(&send(b"\xff\xfe"), 400, Value::Null, Value::Null).contains("JSON"));
    error(&send(b"{\"model\": \"atlas\"}"), 400, json!("messages"), json!("missing_required_parameter"));
    let wrong = with(chat("atlas"), json!({ "temperature": "hot" }));
    let message = error(&post(&server, &wrong), 400, json!("temperature"), json!("invalid_type"));
    assert_eq!(message, "Invalid type for 'temperature': expected a decimal, but got a string instead.");
    assert!(server.llm().journal().calls().is_empty(), "the model never heard of them");
}

#[test]
fn a_key_is_asked_for_where_one_is_required() {
    let keys = vec!["sk-first".to_owned(), "sk-second-1234".to_owned()];
    let server = start(Config { models: vec![atlas()], api_keys: keys, ..Config::default() });
    let message = error(&post(&server, &chat("atlas")), 401, Value::Null, Value::Null);
    assert!(message.starts_with("You didn't provide an API key."));
    let message = error(
        &post_with(&server, &chat("atlas"), &[("authorization", "Bearer sk-third-987654")]),
        401,
        Value::Null,
        json!("invalid_api_key"),
    );
    assert_eq!(message, "Incorrect API key provided: sk-****7654.");
    error(&post_with(&server, &chat("atlas"), &[("authorization", "Basic c2s6")]), 401, Value::Null, Value::Null);
    error(&client::get(&server, "/v1/models"), 401, Value::Null, Value::Null);
    for key in ["Bearer sk-first", "bearer sk-second-1234"] {
        assert_eq!(post_with(&server, &chat("atlas"), &[("authorization", key)]).status, 200);
    }
    assert_eq!(client::get(&server, "/healthz").status, 200, "what is not the API asks for no key");
}

#[test]
fn unknown_models_routes_and_methods_are_named() {
    let server = serve([atlas()]);
    let message = error(&post(&server, &chat("atlass")), 404, Value::Null, json!("model_not_found"));
    assert_eq!(message, "The model `atlass` does not exist or you do not have access to it.");
    error(&client::get(&server, "/v1/models/atlass"), 404, Value::Null, json!("model_not_found"));
    let message = error(&request(&server, "POST", "/v1/chat", &[], b"{}"), 404, Value::Null, json!("unknown_url"));
    assert_eq!(message, "Invalid URL (POST /v1/chat)");
    error(&client::get(&server, "/v1/models/%ff"), 404, Value::Null, json!("unknown_url"));
    let message = error(&post(&server, &chat(&"x".repeat(1_000_000))), 404, Value::Null, json!("model_not_found"));
    assert_eq!((message.len(), message.ends_with('…')), (2000, true));
    let answer = client::get(&server, "/v1/chat/completions");
    let message = error(&answer, 405, Value::Null, json!("method_not_supported"));
    assert_eq!(message, "Not allowed to GET on /v1/chat/completions. Allowed: POST.");
    assert_eq!(answer.header("allow"), "POST");
    let answer = request(&server, "DELETE", "/v1/models", &[], b"");
    error(&answer, 405, Value::Null, json!("method_not_supported"));
    assert_eq!(answer.header("allow"), "GET, HEAD");
}

#[test]
fn a_body_over_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let server = start(Config { models: vec![atlas()], body_limit: 1000, ..Config::default() });
    let large = with(chat("atlas"), json!({ "user": "x".repeat(1000) })).to_string();
    let message = error(
        &request(&server, "POST", "/v1/chat/completions", &[], large.as_bytes()),
        413,
        Value::Null,
        json!("request_too_large"),
    );
    assert_eq!(message, "The request body is larger than the limit of 1000 bytes.");
    let chunked = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    let answer = client::raw(&server, chunked.as_bytes()).read_to_end();
    error(&answer, 413, Value::Null, json!("request_too_large"));
    let fits = with(chat("atlas"), json!({ "user": "x".repeat(800) }));
    assert_eq!(post(&server, &fits).status, 200);
}

/// The way of a client that reads nothing before it has sent everything.
#[test]
fn a_body_over_the_limit_is_taken_to_its_end_so_that_its_refusal_is_read() {
    let server = serve([atlas()]);
    let large = vec![b'x'; 11 * 1024 * 1024];
    for length in [format!("content-length: {}\r\n\r\n", large.len()), "transfer-encoding: chunked\r\n\r\n".to_owned()]
    {
        let mut stream = client::raw_stream(
            &server,
            format!("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n{length}").as_bytes(),
        );
        if length.starts_with("transfer") {
            stream.write_all(format!("{:x}\r\n", large.len()).as_bytes()).expect("the server reads");
        }
        for piece in large.chunks(100_000) {
            stream.write_all(piece).expect("the server reads");
        }
        if length.starts_with("transfer") {
            stream.write_all(b"\r\n0\r\n\r\n").expect("the server reads");
        }
        error(&client::Open::begin(stream).read_to_end(), 413, Value::Null, json!("request_too_large"));
    }
}

/// The same for who is refused before the body is looked at.
#[test]
fn whatever_is_refused_its_refusal_is_read() {
    let server = start(Config { models: vec![atlas()], api_keys: vec!["sk-test".to_owned()], ..Config::default() });
    let large = vec![b'x'; 9 * 1024 * 1024];
    for (line, code) in [
        ("POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer sk-wrong-key-1234", "invalid_api_key"),
        ("POST /v1/nothing HTTP/1.1", "unknown_url"),
        ("PUT /v1/responses HTTP/1.1", "method_not_supported"),
        ("POST /reset HTTP/1.1\r\norigin: https://example.org", "not_for_pages"),
    ] {
        let head = format!("{line}\r\nhost: x\r\ncontent-length: {}\r\n\r\n", large.len());
        let mut stream = client::raw_stream(&server, head.as_bytes());
        for piece in large.chunks(100_000) {
            stream.write_all(piece).expect("the server reads");
        }
        assert_eq!(client::Open::begin(stream).read_to_end().json()["error"]["code"], code);
    }
}

#[test]
fn a_schema_whose_smallest_reply_is_too_large_is_refused() {
    let server = serve([atlas()]);
    let list = |items: Value| json!({ "type": "array", "minItems": 100, "items": items });
    let schema = list(list(list(json!({ "type": "integer" }))));
    let format = json!({ "type": "json_schema", "json_schema": { "name": "bomb", "schema": schema } });
    let answer = post(&server, &with(chat("atlas"), json!({ "response_format": format })));
    let param = "response_format.json_schema.schema";
    let message = error(&answer, 400, json!(param), json!("unsupported_schema"));
    assert!(message.contains("larger than 65536 bytes"), "{message}");
    let tools = json!([{ "type": "function", "function": { "name": "look", "parameters": { "$ref": "#" } } }]);
    let answer = post(&server, &with(chat("atlas"), json!({ "tools": tools })));
    let message = error(&answer, 400, json!("tools[0].function.parameters"), json!("unsupported_schema"));
    assert!(message.contains("contains itself without end"), "{message}");
    let text = json!({ "type": "string", "minLength": 3000 });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "bomb", "schema": text } });
    let answer = post(&server, &with(chat("atlas"), json!({ "response_format": format, "n": 128 })));
    let message = error(&answer, 400, json!(param), json!("unsupported_schema"));
    assert!(message.contains("so many replies"), "{message}");
}

#[test]
fn schemas_that_are_long_together_are_refused() {
    let server = serve([atlas()]);
    let properties: serde_json::Map<_, _> =
        (0..1000).map(|name| (format!("name{name}"), json!({ "type": "string" }))).collect();
    let parameters = json!({ "type": "object", "properties": properties });
    let tools = |count: usize| -> Vec<Value> {
        let function = json!({ "type": "function", "name": "look", "parameters": parameters });
        vec![json!({ "type": "function", "function": function, "name": "look", "parameters": parameters }); count]
    };
    // 2003 parts each.
    for (count, status) in [(24, 200), (25, 400)] {
        let chat = with(chat("atlas"), json!({ "tools": tools(count) }));
        let responses = json!({ "model": "atlas", "input": "Hello!", "tools": tools(count) });
        for (path, body) in [("/v1/chat/completions", &chat), ("/v1/responses", &responses)] {
            let answer = client::open_at(&server, path, body, &[]).read_to_end();
            assert_eq!(answer.status, status, "{count} at {path}: {}", answer.text());
            if status == 400 {
                error(&answer, 400, json!("tools"), json!("unsupported_schema"));
            }
        }
    }
}

#[test]
fn what_is_no_http_ends_the_connection_and_nothing_else() {
    let server = serve([atlas()]);
    assert_eq!(client::raw(&server, b"\x16\x03\x01 hello\r\n\r\n").status, 400);
    drop(client::raw_stream(&server, b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf a bo"));
    assert_eq!(post(&server, &chat("atlas")).status, 200);
}

/// What a browser asks and reads when a page of another origin calls the API.
#[test]
fn a_web_page_may_call_the_api_and_nothing_else() {
    let server = serve([atlas()]);
    let asked = [
        ("origin", "https://example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,x-stainless-lang"),
        ("access-control-request-private-network", "true"),
    ];
    let answer = request(&server, "OPTIONS", "/v1/chat/completions", &asked, b"");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, "*"));
    assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, POST");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type,x-stainless-lang");
    assert_eq!(answer.header("access-control-allow-private-network"), "true");
    let fault = [("origin", "https://example.org"), ("x-mock-fault", "rate-limit=1s")];
    for answer in [post(&server, &chat("atlas")), post_with(&server, &chat("atlas"), &fault), post(&server, &chat("?"))]
    {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "errors, too, or a page could not read them");
        assert!(answer.header("access-control-expose-headers").contains("retry-after-ms, x-should-retry"));
    }
    assert_eq!(request(&server, "OPTIONS", "/journal", &asked, b"").status, 405);
    assert_eq!(client::get(&server, "/journal").header("access-control-allow-origin"), "");
    // A page cannot read the answer to such a request, but without this the request would do its work.
    let reset = |headers: &[(&str, &str)]| request(&server, "POST", "/reset", headers, b"").status;
    assert_eq!([reset(&[("origin", "https://example.org")]), reset(&[("origin", "null")])], [403, 403]);
    assert!(!server.llm().journal().calls().is_empty());
    assert_eq!([reset(&[("origin", &server.url())]), reset(&[])], [200, 200]);
    assert!(server.llm().journal().calls().is_empty());
}

#[test]
fn every_response_bears_its_id_and_its_time() {
    let server = serve([atlas()]);
    let (first, second) = (post(&server, &chat("atlas")), post(&server, &chat("atlas")));
    assert!(first.header("x-request-id").starts_with("req_"));
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert!(first.header("openai-processing-ms").parse::<u64>().is_ok());
    assert_eq!(first.header("openai-version"), "2020-10-01");
    let own = post_with(&server, &chat("atlas"), &[("x-request-id", "my-own-7")]);
    assert_eq!(own.header("x-request-id"), "my-own-7");
    let journal = server.llm().journal();
    assert_eq!(journal.calls()[2].label.as_deref(), Some("my-own-7"));
}
