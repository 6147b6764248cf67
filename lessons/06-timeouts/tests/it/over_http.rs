//! The two knobs of the HTTP client, before a real server. Real time passes here, so no time is asserted: which error came, and
//! how many tokens had arrived.

use std::time::Duration;

use lesson_06_timeouts::over_http::{Heard, Knob, client, hear};
use mock_llm::Model;
use mock_llm_server::{Config, MockServer};

const LONG: usize = 60;
const PAUSE: Duration = Duration::from_millis(20);
/// More than thirty pauses, and less than the long answer takes in all.
const LIMIT: Duration = Duration::from_millis(700);

fn server() -> MockServer {
    let reply = "word ".repeat(LONG);
    let model = Model::new("atlas").inter_token_latency(PAUSE).reply(reply.trim_end());
    MockServer::start(Config {
        models: vec![model],
        faults: vec!["prompt=stalls:stall-after=3".parse().expect("this is a fault")],
        ..Config::default()
    })
    .expect("a free port is there")
}

async fn heard(knob: Knob, question: &'static str, server: &MockServer) -> Heard {
    let client = client(knob).expect("this is a client");
    hear(&client, &server.url(), question).await.expect("the response begins at once")
}

fn timed_out(heard: &Heard) -> bool {
    heard.error.as_ref().is_some_and(reqwest::Error::is_timeout)
}

/// The response has begun, tokens come, and the error comes in the middle of the body.
#[tokio::test]
async fn timeout_covers_the_body() {
    let server = server();
    let long = heard(Knob::Timeout(LIMIT), "long", &server).await;
    assert!(timed_out(&long), "{long:?}");
    assert!((1..LONG).contains(&long.tokens), "{long:?}");
}

#[tokio::test]
async fn read_timeout_lets_a_long_answer_through_and_ends_a_stall() {
    let server = server();
    // For the long answer a limit that no busy machine reaches between two pieces, and for the stall one that is soon over.
    let (long, stall) = tokio::join!(
        heard(Knob::ReadTimeout(Duration::from_secs(60)), "long", &server),
        heard(Knob::ReadTimeout(LIMIT), "stalls", &server)
    );
    assert!(long.error.is_none() && long.tokens == LONG, "{long:?}");
    assert!(timed_out(&stall) && stall.tokens == 3, "{stall:?}");
}

/// A model that needs longer for its first token than the limit: `read_timeout` is a limit on that wait, too. The response's head
/// comes with the first token.
#[tokio::test]
async fn read_timeout_covers_the_wait_for_the_head() {
    let model = Model::new("atlas").time_to_first_token(Duration::from_secs(60));
    let server = MockServer::start(Config { models: vec![model], ..Config::default() })
        .expect("a free port is there");
    let limit = Duration::from_millis(100);
    let client = client(Knob::ReadTimeout(limit)).expect("this is a client");
    let outcome = hear(&client, &server.url(), "slow").await;
    match outcome {
        Err(error) => assert!(error.is_timeout(), "{error:?}"),
        Ok(heard) => assert!(timed_out(&heard) && heard.tokens == 0, "{heard:?}"),
    }
}

/// A reader who is slow, and a model that is not: the next piece is there, and `read_timeout` is over all the same. Its timer
/// begins when a piece is handed over, and the next poll asks the timer first.
#[tokio::test]
async fn read_timeout_counts_the_time_of_a_slow_reader() {
    let server = server();
    let client = client(Knob::ReadTimeout(LIMIT)).expect("this is a client");
    let body =
        r#"{"model":"atlas","stream":true,"messages":[{"role":"user","content":"long"}]}"#;
    let request = client.post(format!("{}/v1/chat/completions", server.url()));
    let request = request.header("content-type", "application/json").body(body);
    let mut response = request.send().await.expect("the response begins at once");
    assert!(response.chunk().await.expect("it is in time").is_some());
    tokio::time::sleep(LIMIT + PAUSE).await;
    let error = response.chunk().await.expect_err("the limit is over");
    assert!(error.is_timeout(), "{error:?}");
}
