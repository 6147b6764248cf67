//! The end of a server.

use std::{net::TcpStream, thread, time::Duration};

use mock_llm_server::{Config, MockServer};
use serde_json::{Value, json};

use crate::{
    atlas,
    client::{End, open, open_at, post},
    endless, eventually, serve, start, streamed,
};

#[test]
fn a_dropped_server_closes_everything() {
    let server = serve([endless("atlas")]);
    let (address, llm) = (server.address(), server.llm().clone());
    let mut stream = open(&server, &streamed("atlas"), &[]);
    assert!(stream.next_event().is_some());
    drop(server);
    // At once; but a program that another test starts at this moment holds the port open until it runs.
    eventually("nobody listens", || TcpStream::connect(address).is_err());
    assert_ne!(stream.read_to_end().end, End::Clean);
    assert_eq!((llm.journal().in_flight(), llm.journal().dropped().count()), (0, 1));
}

#[test]
fn two_servers_do_not_share_a_port() {
    let first = serve([atlas()]);
    let second = MockServer::start(Config { address: first.address(), ..Config::default() });
    assert!(second.is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse));
    assert_eq!(first.url(), format!("http://{}", first.address()));
}

#[test]
fn a_graceful_stop_lets_open_streams_end() {
    let model = atlas().inter_token_latency(Duration::from_millis(40));
    let server = start(Config { models: vec![model], drain: Duration::from_secs(20), ..Config::default() });
    let mut stream = open(&server, &streamed("atlas"), &[]);
    assert!(stream.next_event().is_some());
    thread::scope(|scope| {
        let stopping = scope.spawn(|| server.stop());
        eventually("nobody listens", || TcpStream::connect(server.address()).is_err());
        let answer = stream.read_to_end();
        assert_eq!((answer.end, answer.content(0).as_str()), (End::Clean, "one two three four five"));
        assert_eq!(answer.events().last().map(String::as_str), Some("[DONE]"));
        stopping.join().expect("no panic");
    });
}

#[test]
fn a_graceful_stop_tells_the_streams_that_are_too_long() {
    let server =
        start(Config { models: vec![endless("atlas")], drain: Duration::from_millis(50), ..Config::default() });
    let mut stream = open(&server, &streamed("atlas"), &[]);
    assert!(stream.next_event().is_some());
    thread::scope(|scope| {
        scope.spawn(|| server.stop());
        let answer = stream.read_to_end();
        assert_eq!(answer.end, End::Clean);
        let last: Value = answer.objects().pop().expect("an event");
        assert_eq!(last["error"]["code"], "shutting_down");
    });
    assert_eq!(server.llm().journal().in_flight(), 0);
}

#[test]
fn a_graceful_stop_tells_plain_calls_and_stalled_streams_too() {
    let server =
        start(Config { models: vec![endless("atlas")], drain: Duration::from_millis(50), ..Config::default() });
    thread::scope(|scope| {
        let plain = scope.spawn(|| post(&server, &crate::chat("atlas")));
        let stall = [("x-mock-fault", "stall-after=1")];
        let stalled = open(&server, &streamed("atlas"), &stall);
        let newer = json!({ "model": "atlas", "input": "Count, please.", "stream": true });
        let newer = open_at(&server, "/v1/responses", &newer, &stall);
        // Its response has begun, and there is nothing in half a JSON text that could be told.
        let half = open(&server, &crate::chat("atlas"), &stall);
        assert_eq!((newer.status, half.status), (200, 200));
        eventually("all run", || server.llm().journal().in_flight() == 4);
        server.stop();
        let (answer, code) = (plain.join().expect("no panic"), Value::from("shutting_down"));
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (503, &code));
        let told = stalled.read_to_end();
        assert_eq!((told.end, &told.objects().pop().expect("an event")["error"]["code"]), (End::Clean, &code));
        let told = newer.read_to_end();
        assert_eq!(
            (told.end, &told.objects().pop().expect("an event")["response"]["error"]["code"]),
            (End::Clean, &code)
        );
        assert_eq!(half.read_to_end().end, End::Cut);
    });
}

#[test]
fn a_server_may_have_several_threads() {
    let server = start(Config { models: vec![atlas()], threads: 2, ..Config::default() });
    assert_eq!(post(&server, &streamed("atlas")).content(0), "one two three four five");
    server.stop_now();
    server.stop();
    eventually("nobody listens", || TcpStream::connect(server.address()).is_err());
}

#[test]
fn a_dropped_server_of_several_threads_closes_everything_too() {
    for _ in 0..10 {
        let server = start(Config { models: vec![endless("atlas")], threads: 2, ..Config::default() });
        let llm = server.llm().clone();
        let streams: Vec<_> = (0..30).map(|_| open(&server, &streamed("atlas"), &[])).collect();
        eventually("all run", || llm.journal().in_flight() == 30);
        drop(server);
        assert_eq!((llm.journal().in_flight(), llm.journal().dropped().count()), (0, 30));
        drop(streams);
    }
}

/// Whoever stops it, the server is at its end when they go on.
#[test]
fn several_stops_at_once_end_together() {
    for _ in 0..20 {
        let server =
            start(Config { models: vec![endless("atlas")], drain: Duration::from_millis(20), ..Config::default() });
        let stream = open(&server, &streamed("atlas"), &[]);
        assert_eq!(stream.status, 200);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    server.stop();
                    assert_eq!(server.llm().journal().in_flight(), 0);
                });
            }
            let last = stream.read_to_end().objects().pop().expect("an event");
            assert_eq!(last["error"]["code"], "shutting_down");
        });
    }
}
