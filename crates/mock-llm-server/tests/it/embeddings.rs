//! `POST /v1/embeddings`.

use mock_llm::Model;
use mock_llm_server::{Config, MockServer};
use serde_json::{Value, json};

use crate::{
    atlas,
    client::{Answer, End, get, open_at},
    serve, start, with,
};

fn post(server: &MockServer, body: &Value, headers: &[(&str, &str)]) -> Answer {
    open_at(server, "/v1/embeddings", body, headers).read_to_end()
}

fn ask(input: Value) -> Value {
    json!({ "model": "atlas", "input": input, "dimensions": 8 })
}

fn vectors(answer: &Answer) -> Vec<Vec<f64>> {
    let body = answer.json();
    let data = body["data"].as_array().expect("a list").clone();
    let places: Vec<_> = data.iter().map(|one| one["index"].as_u64()).collect();
    assert_eq!(places, (0..data.len() as u64).map(Some).collect::<Vec<_>>());
    let parts = |one: &Value| one["embedding"].as_array().expect("numbers").iter().filter_map(Value::as_f64).collect();
    data.iter().map(parts).collect()
}

#[test]
fn each_input_has_a_vector_of_its_own_and_the_same_one_again() {
    let server = serve([atlas(), Model::new("birch")]);
    let answer = post(&server, &ask(json!(["one two", "three", "one two"])), &[]);
    let all = vectors(&answer);
    assert_eq!((all.len(), all[0].len()), (3, 8));
    assert!(all[0] == all[2] && all[0] != all[1]);
    for vector in &all {
        assert!((vector.iter().map(|part| part * part).sum::<f64>() - 1.0).abs() < 1e-5);
    }
    let body = answer.json();
    assert_eq!((&body["object"], &body["model"]), (&json!("list"), &json!("atlas")));
    assert_eq!(body["usage"], json!({ "prompt_tokens": 5, "total_tokens": 5 }));
    assert_eq!(vectors(&post(&server, &ask(json!("one two")), &[])), all[..1], "alone as among others");
    let birch = with(ask(json!("one two")), json!({ "model": "birch" }));
    assert_ne!(vectors(&post(&server, &birch, &[])), all[..1]);
    let again = serve([atlas()]);
    assert_eq!(vectors(&post(&again, &ask(json!("one two")), &[])), all[..1], "on another day");
    let seeded = start(Config { models: vec![atlas()], seed: 1, ..Config::default() });
    assert_ne!(vectors(&post(&seeded, &ask(json!("one two")), &[])), all[..1]);
}

#[test]
fn numbers_of_tokens_are_an_input_and_the_usual_length_is_1536() {
    let server = serve([atlas()]);
    let one = post(&server, &json!({ "model": "atlas", "input": [7, 8, 9] }), &[]);
    assert_eq!((vectors(&one).len(), vectors(&one)[0].len()), (1, 1536));
    assert_eq!(one.json()["usage"]["prompt_tokens"], 3);
    assert_eq!(vectors(&post(&server, &ask(json!([[7, 8], [9]])), &[])).len(), 2);
}

#[test]
fn base64_is_the_same_numbers() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let server = serve([atlas()]);
    let numbers = vectors(&post(&server, &ask(json!("hi")), &[]));
    let answer = post(&server, &with(ask(json!("hi")), json!({ "encoding_format": "base64" })), &[]).json();
    let bytes = STANDARD.decode(answer["data"][0]["embedding"].as_str().expect("a text")).expect("base64");
    let read: Vec<f32> = bytes.chunks(4).filter_map(|four| four.try_into().ok().map(f32::from_le_bytes)).collect();
    assert_eq!(read, numbers[0].iter().map(|&part| part as f32).collect::<Vec<_>>());
}

#[test]
fn faults_and_the_journal_are_the_same() {
    let server = serve([atlas()]);
    let fails = |fault: &str| post(&server, &ask(json!(fault)), &[("x-mock-fault", fault)]);
    assert_eq!((fails("status=503").status, fails("rate-limit=1s").header("retry-after")), (503, "1"));
    assert_eq!((fails("reset").status, fails("cut-after=3").end), (0, End::Cut));
    assert!(serde_json::from_slice::<Value>(&fails("malformed-after=0").body).is_err());
    assert_eq!(vectors(&fails("slow-bytes=0ms")).len(), 1);
    let attempt = [("x-mock-fault", "attempt=2:status=500")];
    let twice = [0, 1].map(|_| post(&server, &ask(json!("again")), &attempt).status);
    assert_eq!(twice, [200, 500]);
    let calls = get(&server, "/journal").json()["calls"].clone();
    let told: Vec<_> = calls.as_array().into_iter().flatten().map(|call| (&call["prompt"], &call["outcome"])).collect();
    assert_eq!(told.len(), 8);
    assert_eq!(told[0], (&json!("status=503"), &json!("failed")));
    assert_eq!(told[6], (&json!("again"), &json!("finished")));
}

#[test]
fn every_wrong_field_is_named() {
    let server = serve([atlas()]);
    let table = [
        (json!({ "model": "atlas" }), "input", "missing_required_parameter"),
        (ask(json!([])), "input", "empty_array"),
        (ask(json!("")), "input", "invalid_value"),
        (ask(json!(["a", ""])), "input", "invalid_value"),
        (ask(json!(7)), "input", "invalid_type"),
        (ask(json!(["a", 7])), "input[1]", "invalid_type"),
        (ask(json!([-1])), "input[0]", "invalid_type"),
        (ask(json!(vec!["a"; 2049])), "input", "array_above_max_length"),
        (ask(json!("a ".repeat(8193))), "input", "context_length_exceeded"),
        (with(ask(json!("a")), json!({ "dimensions": 0 })), "dimensions", "integer_below_min_value"),
        (with(ask(json!("a")), json!({ "dimensions": 3073 })), "dimensions", "integer_above_max_value"),
        (with(ask(json!("a")), json!({ "encoding_format": "hex" })), "encoding_format", "invalid_value"),
    ];
    for (body, param, code) in table {
        let answer = post(&server, &body, &[]);
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"], &error["code"]), (400, &json!(param), &json!(code)), "{error}");
    }
    assert_eq!(post(&server, &with(ask(json!("a")), json!({ "model": "nobody" })), &[]).status, 404);
}
