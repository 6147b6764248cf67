//! The two knobs of an HTTP client, before a model on a real socket: a long answer, and one that stalls after three tokens.
//!
//! Run: `cargo run -p lesson-06-timeouts --example two_knobs`
//! Shown: as it was measured

use std::{error::Error, time::Duration};

use lesson_06_timeouts::over_http::{Heard, Knob, client, hear};
use mock_llm::Model;
use mock_llm_server::{Config, MockServer};

const LONG: usize = 60;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let pause = Duration::from_millis(20);
    let model = Model::new("atlas")
        .inter_token_latency(pause)
        .reply("word ".repeat(LONG).trim_end());
    let server = MockServer::start(Config {
        models: vec![model],
        faults: vec!["prompt=stalls:stall-after=3".parse()?],
        ..Config::default()
    })?;

    // The long answer takes 60 × 20 ms.
    let limit = Duration::from_millis(700);
    let whole = client(Knob::Timeout(limit))?;
    let silence = client(Knob::ReadTimeout(limit))?;
    let url = server.url();
    // All four at the same time: the program takes no longer than one of them.
    let (long_whole, stall_whole, long_silence, stall_silence) = tokio::try_join!(
        hear(&whole, &url, "long"),
        hear(&whole, &url, "stalls"),
        hear(&silence, &url, "long"),
        hear(&silence, &url, "stalls"),
    )?;
    tell("timeout,      a long answer", &long_whole);
    tell("timeout,      a stall      ", &stall_whole);
    tell("read_timeout, a long answer", &long_silence);
    tell("read_timeout, a stall      ", &stall_silence);
    Ok(())
}

fn tell(what: &str, heard: &Heard) {
    let tokens = match heard.tokens {
        LONG => "all of it",
        3 => "three tokens",
        _ => "a part of it",
    };
    let end = match &heard.error {
        Some(error) if error.is_timeout() => "timed out",
        Some(_) => "another error",
        None => "ended",
    };
    println!("{what}:  {tokens}, {end}");
}
