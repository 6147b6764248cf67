//! Clients that say nothing, or stop in the middle. The limit is short here; whatever the machine's speed, it comes.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use mock_llm::Model;
use mock_llm_server::{Config, MockServer};
use serde_json::json;

use crate::{
    atlas, chat,
    client::{End, Open, get, open, post, raw, raw_stream},
    eventually, start, streamed,
};

/// Good requests come to it as well, and those are in time on a busy machine, too.
const LIMIT: Duration = Duration::from_secs(2);

fn impatient() -> MockServer {
    let slow = Model::new("slow").time_to_first_token(LIMIT + Duration::from_millis(500)).reply("at last");
    start(Config { models: vec![atlas(), slow], read_timeout: LIMIT, ..Config::default() })
}

/// The connections that the server has open, but for the one that asks.
fn others(server: &MockServer) -> usize {
    let metrics = get(server, "/metrics");
    let open =
        metrics.text().lines().find_map(|line| line.strip_prefix("mock_llm_connections ")?.parse::<usize>().ok());
    open.expect("connections are counted") - 1
}

#[test]
fn a_connection_that_says_nothing_or_half_a_head_is_closed() {
    let server = impatient();
    let halves =
        [&b""[..], b"P", b"POST /v1/chat/completions HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\nhost: here\r\nx: y\r\n"];
    let streams: Vec<_> = halves.iter().map(|half| raw_stream(&server, half)).collect();
    for (half, stream) in halves.iter().zip(streams) {
        let answer = Open::begin(stream);
        assert_eq!(answer.status, 0, "{}", String::from_utf8_lossy(half));
        assert_eq!(answer.read_to_end().end, End::Cut);
    }
    eventually("nothing of them is left", || others(&server) == 0);
}

#[test]
fn a_connection_that_is_idle_after_a_response_is_closed() {
    let server = impatient();
    let request = b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n";
    let mut stream = raw_stream(&server, request);
    let mut again = stream.try_clone().expect("a second handle");
    let mut text = Vec::new();
    // It answers a second request on the same connection; then it waits, and no longer than the limit.
    again.write_all(request).expect("the connection is kept");
    std::io::Read::read_to_end(&mut stream, &mut text).expect("it ends, and not by a reset");
    assert_eq!(String::from_utf8_lossy(&text).matches("HTTP/1.1 200 OK").count(), 2);
    eventually("nothing of it is left", || others(&server) == 0);
}

/// A byte now and then does not help: the head as a whole has the limit. The loop ends, because a connection that the other
/// side has closed takes no bytes for long.
#[test]
fn a_head_that_comes_byte_by_byte_for_ever_is_closed() {
    let server = impatient();
    let mut stream = raw_stream(&server, b"GET /healthz HTTP/1.1\r\nx: ");
    let is_refused = |_| {
        std::thread::sleep(Duration::from_millis(5));
        stream.write_all(b"y").is_err()
    };
    assert!((0..4_000).any(is_refused), "4000 bytes, one every 5 ms or more, were taken");
}

#[test]
fn a_body_that_stops_in_the_middle_gets_a_408() {
    let server = impatient();
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n";
    for half in [
        "content-length: 100\r\n\r\n{\"model\"",
        "content-length: 100\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\n{\"mod",
    ] {
        let answer = raw(&server, format!("{head}{half}").as_bytes()).read_to_end();
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (408, &json!("request_timeout")), "{half}");
    }
    eventually("nothing of them is left", || others(&server) == 0);
    assert!(server.llm().journal().calls().is_empty(), "the model was not asked");
}

/// Here, no silence is too long, and the body as a whole has the limit.
#[test]
fn a_body_that_comes_byte_by_byte_for_ever_gets_a_408_too() {
    let (read_timeout, body_timeout) = (Duration::from_secs(60), Duration::from_millis(200));
    let server = start(Config { models: vec![atlas()], read_timeout, body_timeout, ..Config::default() });
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: here\r\n";
    for (start, drop) in [
        ("content-length: 5000\r\n\r\n{", "x"),
        ("transfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", "x: y\r\n"),
    ] {
        let stream = raw_stream(&server, format!("{head}{start}").as_bytes());
        let mut dripping = stream.try_clone().expect("a second handle");
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let goes_on = |_: &u32| !over.load(Ordering::Relaxed);
                (0..4_000).take_while(goes_on).try_for_each(|_| {
                    std::thread::sleep(Duration::from_millis(5));
                    dripping.write_all(drop.as_bytes())
                })
            });
            let answer = Open::begin(stream).read_to_end();
            over.store(true, Ordering::Relaxed);
            let error = &answer.json()["error"];
            assert_eq!((answer.status, &error["code"]), (408, &json!("request_timeout")), "{start}");
            assert_eq!(error["message"], "The body of your request was not whole after 200ms.", "{start}");
        });
    }
    eventually("nothing of them is left", || others(&server) == 0);
    assert!(server.llm().journal().calls().is_empty(), "the model was not asked");
}

/// The limit is for clients. A response takes as long as it takes, with silences that are longer than the limit.
#[test]
fn a_slow_or_stalled_response_is_not_cut_short() {
    let server = impatient();
    let mut stalled = open(&server, &streamed("atlas"), &[("x-mock-fault", "stall-after=2")]);
    assert!(stalled.next_event().is_some());
    assert_eq!(post(&server, &chat("slow")).json()["choices"][0]["message"]["content"], "at last");
    assert_eq!(post(&server, &streamed("slow")).content(0), "at last");
    assert_eq!(server.llm().journal().in_flight(), 1, "after all this time, the stalled one is still there");
    assert_eq!(others(&server), 1);
}
