//! Clients that go away.

use mock_llm::{End, Limits};

use crate::{
    chat,
    client::{get, open, send},
    endless, eventually, serve, streamed,
};

#[test]
fn a_stream_whose_reader_leaves_is_cancelled() {
    let server = serve([endless("atlas")]);
    let mut stream = open(&server, &streamed("atlas"), &[]);
    for _ in 0..3 {
        assert!(stream.next_event().is_some());
    }
    assert_eq!(get(&server, "/healthz").json()["active"], 1);
    drop(stream);
    eventually("nothing is active", || get(&server, "/healthz").json()["active"] == 0);
    let journal = server.llm().journal();
    let call = &journal.calls()[0];
    assert!(matches!(call.ended, Some((_, End::Dropped))), "{:?}", call.ended);
    assert!(call.produced.len() < 20_000);
    assert_eq!(get(&server, "/journal").json()["calls"][0]["outcome"], "cancelled");
    assert!(get(&server, "/metrics").text().contains("mock_llm_completions_total{end=\"cancelled\"} 1\n"));
}

#[test]
fn a_plain_reply_whose_reader_leaves_is_cancelled() {
    let server = serve([endless("atlas")]);
    let stream = send(server.address(), "POST", "/v1/chat/completions", &[], chat("atlas").to_string().as_bytes());
    eventually("the call runs", || server.llm().journal().in_flight() == 1);
    drop(stream);
    eventually("the call is over", || server.llm().journal().in_flight() == 0);
    assert_eq!(server.llm().journal().dropped().count(), 1);
}

#[test]
fn who_leaves_the_queue_is_cancelled_before_the_model_begins() {
    let server = serve([endless("atlas").limits(Limits::none().concurrent(1).queue(5))]);
    let mut running = open(&server, &streamed("atlas"), &[]);
    assert!(running.next_event().is_some());
    let waiting = send(server.address(), "POST", "/v1/chat/completions", &[], streamed("atlas").to_string().as_bytes());
    eventually("one waits", || server.llm().journal().waiting() == 1);
    drop(waiting);
    eventually("none waits", || server.llm().journal().waiting() == 0);
    let journal = server.llm().journal();
    assert_eq!((journal.calls()[1].begun, journal.calls()[1].produced.len()), (None, 0));
    assert_eq!(journal.in_flight(), 1);
    assert!(running.next_event().is_some());
}

#[test]
fn a_hundred_readers_leave_and_nothing_stays_behind() {
    let server = serve([endless("atlas")]);
    let streams: Vec<_> = (0..100).map(|_| open(&server, &streamed("atlas"), &[])).collect();
    eventually("all run", || server.llm().journal().in_flight() == 100);
    drop(streams);
    eventually("none runs", || server.llm().journal().in_flight() == 0);
    assert_eq!(server.llm().journal().dropped().count(), 100);
    // The connection that asks is one itself.
    eventually("no connection is left", || get(&server, "/metrics").text().contains("mock_llm_connections 1\n"));
}
