//! Requests that are odd, wrong or hostile down to their bytes: each gets an answer that says so, or its connection is closed, and
//! nothing stays behind.

use std::io::{Read, Write};

use mock_llm_server::{Config, MockServer};
use serde_json::json;

use crate::{
    atlas, chat,
    client::{End, Open, get, post, raw, raw_stream},
    eventually, serve, start,
};

const HEAD: &str = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";

/// The chat request with these headers, and the body as it is.
fn whole(headers: &str) -> String {
    let body = chat("atlas").to_string();
    format!("{HEAD}{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn chunked(chunks: &str) -> String {
    format!("{HEAD}transfer-encoding: chunked\r\n\r\n{chunks}")
}

/// Whether no connection is open but the one that asks.
fn is_alone(server: &MockServer) -> bool {
    get(server, "/metrics").text().contains("mock_llm_connections 1\n")
}

#[test]
fn odd_requests_are_answered_or_refused() {
    let server = serve([atlas()]);
    let body = chat("atlas").to_string();
    let length = body.len();
    let single: String = body.chars().map(|letter| format!("1\r\n{letter}\r\n")).collect();
    let many: String = (0..300).map(|number| format!("x-{number}: y\r\n")).collect();
    let table = [
        (whole(""), 200),
        (whole("").replace("HTTP/1.1", "HTTP/1.0"), 200),
        (whole(&format!("content-length: {length}\r\n")), 200),
        (chunked(&format!("{single}0\r\n\r\n")), 200),
        (chunked(&format!("000{length:X};a=b;c=\"d\"\r\n{body}\r\n0\r\nx: y\r\n\r\n")), 200),
        ("GET http://elsewhere/healthz HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), 200),
        // Two lengths, or a length and chunks, may be two requests to a proxy that stands before this server.
        (whole("content-length: 5\r\n"), 400),
        (whole("transfer-encoding: chunked\r\n"), 400),
        (whole("transfer-encoding: gzip\r\n"), 400),
        (chunked("FFFFFFFFFFFFFFFFF\r\nx"), 400),
        (chunked("-1\r\nx"), 400),
        (chunked("5\r\nhelloX0\r\n\r\n"), 400),
        (format!("{HEAD}content-length: -1\r\n\r\n"), 400),
        (format!("{HEAD}content-length: 99999999999999999999999\r\n\r\n"), 400),
        (format!("{HEAD}a b: c\r\n\r\n"), 400),
        (format!("{HEAD}a: b\0\r\n\r\n"), 400),
        ("GET /healthz\r\n\r\n".to_owned(), 400),
        ("GET /v1/models/%00 HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), 404),
        ("CONNECT elsewhere:1 HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), 404),
        ("BREW /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), 405),
        (format!("GET /{} HTTP/1.1\r\nconnection: close\r\n\r\n", "a".repeat(100_000)), 414),
        (whole(&many), 431),
        (format!("{HEAD}x: {}\r\n\r\n", "y".repeat(1_000_000)), 431),
    ];
    for (bytes, status) in table {
        let shown: String = bytes.chars().take(200).collect();
        let answer = raw(&server, bytes.as_bytes()).read_to_end();
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
    }
    // Not HTTP/1 at all: closed, or refused.
    for bytes in
        [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03 hello hello\r\n"]
    {
        assert!([0, 400].contains(&raw(&server, bytes).status));
    }
    eventually("nothing of them is left", || is_alone(&server));
    assert_eq!(post(&server, &chat("atlas")).status, 200);
}

#[test]
fn odd_bodies_are_refused_as_json_is() {
    let server = serve([atlas()]);
    let good = chat("atlas").to_string();
    let cut = &good[..good.len() - 1];
    let deep = format!("{cut},\"metadata\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let table = [
        b"".to_vec(),
        b"{\"model\":\"\xff\"}".to_vec(),
        [b"\xef\xbb\xbf", good.as_bytes()].concat(),
        [good.as_bytes(), good.as_bytes()].concat(),
        good.replace("Count", "\\ud800").into_bytes(),
        deep.into_bytes(),
        format!("{cut},\"temperature\":1e400}}").into_bytes(),
        format!("{cut},\"max_tokens\":{}}}", "9".repeat(400)).into_bytes(),
        b"\x1f\x8b\x08\x00".to_vec(),
    ];
    for body in table {
        let request = [format!("{HEAD}content-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
        let answer = raw(&server, &request).read_to_end();
        let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        let message = answer.json()["error"]["message"].as_str().expect("a message").to_owned();
        assert_eq!(answer.status, 400, "{shown}");
        assert!(message.contains("could not parse the JSON body of your request: "), "{shown}: {message}");
    }
}

#[test]
fn requests_that_come_together_are_answered_one_after_the_other() {
    let server = serve([atlas()]);
    let keep = whole("").replace("connection: close\r\n", "");
    let streamed = keep.replace("{\"messages\"", "{\"stream\":true,\"messages\"").replace(
        &format!("content-length: {}", chat("atlas").to_string().len()),
        &format!("content-length: {}", chat("atlas").to_string().len() + "\"stream\":true,".len()),
    );
    let mut stream =
        raw_stream(&server, format!("{keep}{streamed}GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n").as_bytes());
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it ends");
    let places = ["chat.completion\"", "[DONE]", "\"status\":\"ok\""].map(|words| text.find(words).expect(words));
    assert!(places.is_sorted() && text.matches("HTTP/1.1 200 OK").count() == 3, "{text}");
}

/// What comes behind a request is not read while its response is made, and the connection is not looked at.
#[test]
fn a_reset_comes_through_with_the_next_request_behind_it() {
    let server = serve([atlas()]);
    for fault in ["reset", "refused=1ms", "reset-after=2", "cut-after=2"] {
        eventually("the port is open", || std::net::TcpStream::connect(server.address()).is_ok());
        let request = whole(&format!("x-mock-fault: {fault}\r\n")).replace("connection: close\r\n", "");
        let answer = raw(&server, format!("{request}GET /healthz HTTP/1.1\r\n\r\n").as_bytes());
        let (status, end) = if fault == "cut-after=2" { (200, End::Cut) } else { (answer.status, End::Reset) };
        assert_eq!((answer.status, answer.read_to_end().end), (status, end), "{fault}");
    }
    eventually("nothing of them is left", || is_alone(&server));
}

/// A client may ask whether its body is wanted before it sends it.
#[test]
fn a_body_that_waits_to_be_asked_for_is_asked_for_or_refused() {
    let server = start(Config { models: vec![atlas()], body_limit: 1000, ..Config::default() });
    let body = chat("atlas").to_string();
    let head = |length: usize| format!("{HEAD}expect: 100-continue\r\ncontent-length: {length}\r\n\r\n");
    let mut stream = raw_stream(&server, head(body.len()).as_bytes());
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).expect("it is asked for");
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).expect("the server reads");
    assert_eq!(Open::begin(stream).status, 200);
    let answer = raw(&server, head(1001).as_bytes()).read_to_end();
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (413, &json!("request_too_large")));
}

/// Whatever a client was at when it left, nothing of it stays.
#[test]
fn clients_that_leave_in_any_phase_leave_nothing_behind() {
    let server = serve([atlas(), crate::endless("endless")]);
    let streamed = whole("").replace("atlas", "endless");
    let streamed = streamed.replace(
        &format!("content-length: {}", chat("atlas").to_string().len()),
        &format!("content-length: {}", chat("endless").to_string().len()),
    );
    for end in [0, 1, 20, HEAD.len(), streamed.len() - 30, streamed.len() - 1, streamed.len()] {
        let streams: Vec<_> = (0..20).map(|_| raw_stream(&server, &streamed.as_bytes()[..end])).collect();
        if end == streamed.len() {
            eventually("all run", || server.llm().journal().in_flight() == 20);
        }
        drop(streams);
    }
    eventually("no connection is left", || is_alone(&server));
    eventually("no call is left", || server.llm().journal().in_flight() == 0);
    assert_eq!(server.llm().journal().dropped().count(), 20);
}

#[test]
fn two_hundred_idle_connections_are_in_nobody_s_way() {
    let server = serve([atlas()]);
    let idle: Vec<_> = (0..200).map(|_| raw_stream(&server, b"")).collect();
    assert_eq!(post(&server, &chat("atlas")).status, 200);
    drop(idle);
    eventually("no connection is left", || is_alone(&server));
}
