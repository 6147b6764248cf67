//! The server over loopback, as clients see it. Time is real here, so nothing asserts a duration: only what came, in
//! which order, how often.

mod admin;
mod bounds;
mod cancel;
mod client;
mod completions;
mod embeddings;
mod errors;
mod faults;
mod limits;
mod odd;
mod program;
mod responses;
mod silence;
mod stop;
mod streams;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use mock_llm::Model;
use mock_llm_server::{Config, MockServer};
use serde_json::{Value, json};

/// "one two three four five", at once.
fn atlas() -> Model {
    Model::new("atlas").reply("one two three four five")
}

/// Words for 100 s, one every 5 ms: a stream that ends only because somebody goes away.
fn endless(name: &str) -> Model {
    Model::new(name).inter_token_latency(Duration::from_millis(5)).reply(vec!["word"; 20_000].join(" "))
}

fn start(config: Config) -> MockServer {
    MockServer::start(config).expect("a free port on loopback")
}

fn serve(models: impl IntoIterator<Item = Model>) -> MockServer {
    start(Config { models: models.into_iter().collect(), ..Config::default() })
}

fn chat(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "Count, please." }] })
}

fn streamed(model: &str) -> Value {
    with(chat(model), json!({ "stream": true }))
}

/// A request with these fields too.
fn with(mut body: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("fields are an object") {
        body[name] = value.clone();
    }
    body
}

/// Waits until something is so. The bound is for a failing test only.
#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "it never came about: {what}");
        sleep(Duration::from_millis(2));
    }
}
