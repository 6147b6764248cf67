//! Runs other people's Rust clients against the server, as they are unless told otherwise.
//!
//! `cargo run -- http://127.0.0.1:8080/v1`, with the server of `../mock.toml` behind the URL.

mod async_openai;
mod genai;
mod rig;

use std::{
    error::Error,
    fmt::Debug,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub type Outcome = Result<(), Box<dyn Error>>;

pub const REPLY: &str = "Grüße aus 日本: nothing runs until it is polled. 🦀";
/// The script answers this with two calls of `get_weather`.
pub const CITIES: &str = "Weather in Tromsø and Lima?";

/// The server that the clients are run against, and what it says of their calls.
pub struct Server {
    pub url: String,
    pub http: reqwest::Client,
}

/// Runs checks, methods of a client, one after the other on a server that has forgotten what was before.
macro_rules! check {
    ($checks:ident: $($name:ident)*) => {{
        let mut count = 0;
        $(
            $checks.server.reset().await?;
            $checks.$name().await.map_err(|error| format!("{}: {error}", stringify!($name)))?;
            count += 1;
            println!("  ok      {}", stringify!($name).replace('_', " "));
        )*
        println!("{count} of {count} hold");
        Ok(())
    }};
}
pub(crate) use check;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let url = std::env::args().nth(1).ok_or("the server's URL is the first argument")?;
    let server = Server { url, http: reqwest::Client::builder().no_proxy().build()? };
    async_openai::run(&server).await?;
    rig::run(&server).await?;
    genai::run(&server).await
}

pub fn holds(what: impl Debug, truth: bool) -> Outcome {
    if truth { Ok(()) } else { Err(format!("not so: {what:?}").into()) }
}

/// The arguments of `get_weather`, as a JSON schema.
pub fn weather() -> Value {
    let text = json!({ "type": "string" });
    let properties = json!({ "city": text, "unit": text });
    json!({ "type": "object", "properties": properties, "required": ["city", "unit"], "additionalProperties": false })
}

/// The schema of an answer, and whether a text is one.
pub fn answer() -> (Value, impl Fn(&str) -> bool) {
    let properties = json!({
        "words": { "type": "array", "items": { "type": "string" }, "minItems": 2 },
        "age": { "type": "integer", "minimum": 18, "exclusiveMaximum": 21 },
    });
    let schema = json!({
        "title": "answer",
        "type": "object",
        "properties": properties,
        "required": ["words", "age"],
        "additionalProperties": false,
    });
    let is_one = |text: &str| {
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let words = answer["words"].as_array().map_or(0, Vec::len);
        words >= 2 && answer["age"].as_i64().is_some_and(|age| (18..21).contains(&age))
    };
    (schema, is_one)
}

impl Server {
    pub async fn get(&self, path: &str) -> Result<Value, reqwest::Error> {
        self.http.get(self.url.replace("/v1", path)).send().await?.json().await
    }

    pub async fn reset(&self) -> Result<(), reqwest::Error> {
        self.http.post(self.url.replace("/v1", "/reset")).send().await.map(|_| ())
    }

    /// Waits until the one stream that was dropped is given up, as the journal has it.
    pub async fn is_cancelled(&self) -> Outcome {
        let start = Instant::now();
        while self.get("/healthz").await?["active"] != 0 {
            holds("it is given up", start.elapsed() < Duration::from_secs(20))?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let journal = self.get("/journal").await?;
        holds(&journal, journal["calls"][0]["outcome"] == "cancelled")
    }
}
