//! Every fault, asked for in every way, and what arrives.

use std::{
    io::Write,
    net::TcpStream,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use mock_llm::Limits;
use mock_llm_server::{Config, Fault};
use serde_json::{Value, json};

use crate::{
    atlas, chat,
    client::{self, Answer, End, get, open, post, post_with, request},
    endless, eventually, serve, start, streamed,
};

fn stream_with(fault: &str) -> Answer {
    let server = serve([atlas()]);
    post_with(&server, &streamed("atlas"), &[("x-mock-fault", fault)])
}

fn plain_with(fault: &str) -> Answer {
    let server = serve([atlas()]);
    post_with(&server, &chat("atlas"), &[("x-mock-fault", fault)])
}

fn is_done(answer: &Answer) -> bool {
    answer.events().last().is_some_and(|event| event == "[DONE]")
}

#[test]
fn a_status_comes_as_an_error_and_not_as_a_stream() {
    for (fault, status, kind) in [("status=500", 500, "server_error"), ("status=503", 503, "server_error")] {
        for answer in [stream_with(fault), plain_with(fault)] {
            assert_eq!((answer.status, answer.header("content-type")), (status, "application/json"));
            assert_eq!(answer.json()["error"]["type"], kind);
        }
    }
    assert_eq!(stream_with("status=418").status, 418);
}

#[test]
fn a_rate_limit_says_when_to_come_back_in_both_ways() {
    let answer = stream_with("rate-limit=1500ms");
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("retry-after-ms")), (429, "2", "1500"));
    assert_eq!(answer.json()["error"]["code"], "rate_limit_exceeded");
    let answer = plain_with("rate-limit");
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("retry-after-ms")), (429, "", ""));
}

#[test]
fn an_empty_purse_is_a_429_that_no_retry_mends() {
    let answer = plain_with("insufficient-quota");
    assert_eq!((answer.status, answer.header("x-should-retry")), (429, "false"));
    let error = &answer.json()["error"];
    assert_eq!((&error["type"], &error["code"]), (&json!("insufficient_quota"), &json!("insufficient_quota")));
}

#[test]
fn a_reset_comes_before_any_byte() {
    for answer in [stream_with("reset"), plain_with("reset")] {
        assert_eq!((answer.status, answer.end), (0, End::Reset));
    }
}

#[test]
fn a_refused_connection_is_followed_by_a_closed_port_for_a_while() {
    let server = serve([atlas()]);
    let mut good = open(&server, &crate::with(streamed("atlas"), json!({ "model": "atlas#slow-bytes=1ms" })), &[]);
    // Longer than any pause of this test, so that it is still closed when the test looks.
    let answer = post_with(&server, &chat("atlas"), &[("x-mock-fault", "refused=5s")]);
    assert_eq!((answer.status, answer.end), (0, End::Reset));
    // Closed since before the reset; a program that another test starts at this moment holds it open until it runs.
    eventually("the port is closed", || TcpStream::connect(server.address()).is_err());
    eventually("the port is open again", || TcpStream::connect(server.address()).is_ok());
    assert_eq!(post(&server, &chat("atlas")).status, 200);
    assert!(good.next_event().is_some(), "who was connected stays so");
    assert_eq!(good.read_to_end().content(0), "one two three four five");
}

/// Twenty-five connections ask for it, one second each: one after the other, that would be longer than a client waits here.
#[test]
fn wishes_to_close_the_port_that_come_together_are_granted_together() {
    let server = serve([atlas()]);
    let body = chat("atlas").to_string();
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-mock-fault: refused=1s\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    let streams: Vec<_> = (0..25).map(|_| client::raw_stream(&server, b"")).collect();
    eventually("all are accepted", || get(&server, "/metrics").text().contains("mock_llm_connections 26\n"));
    thread::scope(|scope| {
        for mut stream in streams {
            let request = &request;
            scope.spawn(move || {
                stream.write_all(request.as_bytes()).expect("it is connected");
                let answer = client::Open::begin(stream);
                assert_eq!((answer.status, answer.read_to_end().end), (0, End::Reset));
            });
        }
    });
}

/// A limit turns a request away before any fault of it comes to pass.
#[test]
fn a_limit_is_a_429_whatever_fault_is_asked_for() {
    let server = serve([atlas().limits(Limits::none().requests_per_minute(1))]);
    assert_eq!(post(&server, &chat("atlas")).status, 200);
    for fault in ["cut-after=2", "reset-after=2", "end-after=2", "error-after=2", "stall-after=2", "stall-after=0"] {
        for body in [streamed("atlas"), chat("atlas")] {
            let answer = post_with(&server, &body, &[("x-mock-fault", fault)]);
            assert_eq!((answer.status, answer.header("retry-after").is_empty()), (429, false), "{fault}");
        }
    }
}

/// The response has begun when the model fails: its status was good, and its end is not.
#[test]
fn a_fault_that_comes_after_a_heartbeat_is_told_in_the_stream() {
    use mock_llm::{Fault as ModelFault, When};
    let slow = |name: &str| mock_llm::Model::new(name).time_to_first_token(Duration::from_secs(2)).reply("one two");
    let models = vec![
        slow("atlas"),
        slow("overloaded").fault(When::Always, ModelFault::Overloaded),
        slow("cut").fault(When::Always, ModelFault::CutAfter(0)),
    ];
    let server = start(Config { models, heartbeat: Duration::from_millis(20), ..Config::default() });
    let ask = |model: &str, fault: &str| post_with(&server, &streamed(model), &[("x-mock-fault", fault)]);
    thread::scope(|scope| {
        for (model, fault) in [
            ("atlas", "status=503"),
            ("overloaded", "slow-bytes=0ms"),
            ("overloaded", "malformed-after=9"),
            ("overloaded", "cut-after=9"),
        ] {
            scope.spawn(move || {
                let answer = ask(model, fault);
                if fault == "cut-after=9" {
                    assert_eq!(
                        (answer.status, answer.end),
                        (200, End::Cut),
                        "the fault of the request is the one that counts"
                    );
                    return;
                }
                let last = answer.objects().pop().expect("an event");
                assert_eq!((answer.status, answer.end, is_done(&answer)), (200, End::Clean, false), "{model} {fault}");
                assert_eq!(
                    last["error"]["message"], "The engine is currently overloaded, please try again later",
                    "{fault}"
                );
            });
        }
        scope.spawn(|| {
            assert_eq!((ask("cut", "slow-bytes=0ms").status, ask("cut", "slow-bytes=0ms").end), (200, End::Cut))
        });
    });
    eventually("all six are counted", || {
        get(&server, "/metrics").text().contains("mock_llm_completions_total{end=\"failed\"} 6\n")
    });
}

/// The model hears of it, though nobody takes a token from it.
#[test]
fn a_plain_reply_that_stalls_at_once_is_a_call_like_any_other() {
    let server = serve([atlas()]);
    let stalled = open(&server, &chat("atlas"), &[("x-mock-fault", "stall-after=0")]);
    assert_eq!(stalled.status, 200);
    let journal = get(&server, "/journal").json();
    assert_eq!((&journal["in_flight"], &journal["calls"][0]["fault"]), (&json!(1), &json!("stall-after=0")));
    drop(stalled);
    eventually("the call is over", || server.llm().journal().in_flight() == 0);
}

#[test]
fn the_journal_says_how_a_reply_was_asked_for_with_and_without_a_fault() {
    let server = serve([atlas()]);
    for fault in ["status=503", "slow-bytes=0s", "cut-after=2", "end-after=2", "malformed-after=1", "error-after=2"] {
        for (body, kind) in [(streamed("atlas"), "stream"), (chat("atlas"), "complete")] {
            post_with(&server, &body, &[("x-mock-fault", fault)]);
            let journal = get(&server, "/journal").json();
            let call = journal["calls"].as_array().and_then(|calls| calls.last()).expect("a call");
            assert_eq!((&call["kind"], &call["fault"]), (&json!(kind), &json!(fault)));
        }
    }
}

/// Two prompts with one beginning are one prompt to the model, and to whatever is asked for by prompt.
#[test]
fn a_prompt_in_any_language_and_of_any_length_meets_its_rule() {
    let server = serve([atlas()]);
    let ask = |text: &str, rule: &str| {
        let body = json!({ "model": "atlas", "messages": [{ "role": "user", "content": text }] });
        post_with(&server, &body, &[("x-mock-fault", rule)]).status
    };
    assert_eq!(ask("Grüße 🦀", "prompt=Grüße 🦀:status=503"), 503);
    let long = "x".repeat(5000);
    assert_eq!(ask(&long, &format!("prompt={long}:status=503")), 503);
    assert_eq!(ask(&long, "prompt=x:status=503"), 200);
}

#[test]
fn a_cut_has_no_end_a_reset_less_than_that_and_an_early_end_is_clean() {
    for (fault, end) in [("cut-after=2", End::Cut), ("reset-after=2", End::Reset), ("end-after=2", End::Clean)] {
        let answer = stream_with(fault);
        assert_eq!((answer.status, answer.end, answer.content(0).as_str()), (200, end, "one two"), "{fault}");
        assert!(!is_done(&answer), "{fault}");
        assert!(!answer.text().contains("\"finish_reason\":\"stop\""), "{fault}");
        let answer = plain_with(fault);
        assert_eq!((answer.status, answer.end), (200, end), "{fault}");
        assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{fault}: half a reply is no JSON");
        assert!(!answer.body.is_empty(), "{fault}");
    }
    let answer = stream_with("cut-after=0");
    assert_eq!((answer.status, answer.end, answer.objects().len()), (200, End::Cut, 1), "the role, and no word");
}

#[test]
fn a_stalled_stream_stays_open_until_its_reader_leaves() {
    let server = serve([atlas()]);
    for (body, events) in [(streamed("atlas"), 3), (chat("atlas"), 0)] {
        let mut stalled = open(&server, &body, &[("x-mock-fault", "stall-after=2")]);
        assert_eq!(stalled.status, 200);
        for _ in 0..events {
            assert!(stalled.next_event().is_some());
        }
        eventually("two tokens are read", || {
            server.llm().journal().calls().last().is_some_and(|call| call.delivered == 2)
        });
        let journal = get(&server, "/journal").json();
        assert_eq!((&journal["active"], &journal["in_flight"]), (&json!(1), &json!(1)));
        drop(stalled);
        eventually("the call is over", || server.llm().journal().in_flight() == 0);
        let journal = get(&server, "/journal").json();
        let call = journal["calls"].as_array().and_then(|calls| calls.last()).expect("a call");
        assert_eq!((&call["outcome"], &call["delivered"]), (&json!("cancelled"), &json!(2)));
    }
}

#[test]
fn a_malformed_chunk_comes_between_good_ones() {
    let answer = stream_with("malformed-after=2");
    let bad: Vec<_> =
        answer.events().into_iter().filter(|event| serde_json::from_str::<Value>(event).is_err()).collect();
    assert_eq!(bad, ["{\"id\":\"chatcmpl-", "[DONE]"]);
    assert_eq!(answer.content(0), "one two three four five");
    assert!(serde_json::from_slice::<Value>(&plain_with("malformed-after=2").body).is_err());
}

#[test]
fn an_error_in_mid_stream_is_the_last_event() {
    let answer = stream_with("error-after=2");
    assert_eq!((answer.status, answer.end, answer.content(0).as_str()), (200, End::Clean, "one two"));
    let last = answer.objects().pop().expect("an event");
    assert_eq!(last["error"]["type"], "server_error");
    assert!(!is_done(&answer));
    assert_eq!(plain_with("error-after=2").status, 500);
}

#[test]
fn slow_bytes_are_the_same_bytes_split_anywhere() {
    let text = "Grüße aus 日本 🦀";
    let server = serve([mock_llm::Model::new("atlas").reply(text)]);
    for body in [streamed("atlas"), chat("atlas")] {
        let answer = post_with(&server, &body, &[("x-mock-fault", "slow-bytes=0ms")]);
        assert_eq!((answer.status, answer.end), (200, End::Clean));
        let whole = if body["stream"] == true {
            answer.content(0)
        } else {
            answer.json()["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(whole, text);
        assert!(answer.chunks.iter().all(|chunk| chunk.len() <= 7));
        assert!(answer.chunks.iter().any(|chunk| std::str::from_utf8(chunk).is_err()), "a character is split");
    }
}

#[test]
fn a_fault_is_asked_for_by_header_by_model_name_by_script_or_by_rate() {
    let rules = vec![
        "attempt=1,prompt=Count, please.:status=503".parse().expect("a rule"),
        "model=birch,call=2:status=500".parse().expect("a rule"),
    ];
    let models = vec![atlas(), mock_llm::Model::new("birch")];
    let server = start(Config { models: models.clone(), faults: rules, ..Config::default() });
    let statuses: Vec<_> = (0..3).map(|_| post(&server, &chat("atlas")).status).collect();
    assert_eq!(statuses, [503, 200, 200], "by script: the first attempt");
    let birch = |text: &str| json!({ "model": "birch", "messages": [{ "role": "user", "content": text }] });
    assert_eq!(["a", "b", "c"].map(|text| post(&server, &birch(text)).status), [200, 500, 200], "the second call");
    let answer = post(&server, &chat("atlas#status=418"));
    assert_eq!(answer.status, 418, "by the model's name");
    let answer = post_with(&server, &chat("atlas#status=418"), &[("x-mock-fault", "status=429")]);
    assert_eq!(answer.status, 429, "the header goes first");
    let second = [("x-mock-fault", "attempt=2:status=502")];
    let fresh = json!({ "model": "atlas", "messages": [{ "role": "user", "content": "fresh" }] });
    let statuses: Vec<_> = (0..3).map(|_| post_with(&server, &fresh, &second).status).collect();
    assert_eq!(statuses, [200, 502, 200], "a header may have conditions too");

    let types = vec![Fault::Status(500), Fault::RateLimit { retry_after: None }];
    let config = Config { models, failure_rate: 0.5, failure_types: types, seed: 7, ..Config::default() };
    let drawn = || -> Vec<u16> {
        let server = start(config.clone());
        (0..40).map(|number| post(&server, &birch(&number.to_string())).status).collect()
    };
    let statuses = drawn();
    assert_eq!(statuses, drawn(), "the same seed, the same failures");
    for status in [200, 429, 500] {
        assert!(statuses.contains(&status), "{statuses:?}");
    }
    let texts = get(&server, "/metrics");
    assert!(texts.text().contains("mock_llm_faults_total{fault=\"status\"} "), "{}", texts.text());
}

#[test]
fn a_wrong_fault_is_a_wrong_request() {
    let server = serve([atlas()]);
    let answer = post_with(&server, &chat("atlas"), &[("x-mock-fault", "explode")]);
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("x-mock-fault")));
    let answer = post(&server, &chat("atlas#cut-after=x"));
    assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!("model")));
}

/// The faults of the model's own script, which know nothing of HTTP, come out as what they would be on a wire.
#[test]
fn a_script_of_the_model_itself_is_obeyed() {
    use mock_llm::{Fault as ModelFault, When};
    let model = atlas()
        .fault(When::Call(1), ModelFault::CutAfter(2))
        .fault(When::Call(2), ModelFault::Refused)
        .fault(When::Call(3), ModelFault::MalformedAfter(2))
        .fault(When::Call(4), ModelFault::RateLimited { retry_after: Some(Duration::from_secs(3)) });
    let server = serve([model]);
    let answer = post(&server, &streamed("atlas"));
    assert_eq!((answer.end, answer.content(0).as_str()), (End::Cut, "one two"));
    assert_eq!(post(&server, &streamed("atlas")).end, End::Reset);
    let answer = post(&server, &streamed("atlas"));
    assert_eq!((answer.end, answer.content(0).as_str()), (End::Clean, "one two"));
    assert!(answer.objects().last().is_some_and(|last| last["error"].is_object()));
    assert_eq!(post(&server, &streamed("atlas")).header("retry-after"), "3");
}

/// Every fault and every bad request of this crate's tests, while 100 good streams run. They have no end of their own, so
/// all of them run however slow the machine is; each reads on until the last fault is over, and five words more.
#[test]
fn good_streams_are_not_disturbed_by_anything() {
    // A calm pace: a hundred readers in one process are work, too.
    let good = endless("good").inter_token_latency(Duration::from_millis(50));
    let server = start(Config { models: vec![good, atlas()], body_limit: 10_000, ..Config::default() });
    let all_is_over = AtomicBool::new(false);
    let read = || {
        let mut stream = open(&server, &streamed("good"), &[]);
        assert_eq!(stream.status, 200);
        let role = stream.next_event().expect("a role");
        assert!(role.contains("\"role\":\"assistant\""), "{role}");
        let (mut words, mut more) = (0, 5);
        while more > 0 {
            more -= usize::from(all_is_over.load(Ordering::Relaxed));
            let event = stream.next_event().expect("the stream goes on");
            let event: Value = serde_json::from_str(&event).expect("JSON");
            let expected = if words == 0 { "word" } else { " word" };
            assert_eq!(event["choices"][0]["delta"], json!({ "content": expected }));
            words += 1;
        }
        words
    };
    thread::scope(|scope| {
        let streams: Vec<_> = (0..100).map(|_| scope.spawn(read)).collect();
        eventually("all good streams run", || server.llm().journal().in_flight() == 100);
        let faults = [
            "status=500",
            "status=503",
            "rate-limit=1s",
            "insufficient-quota",
            "reset",
            "reset-after=1",
            "cut-after=1",
            "end-after=1",
            "malformed-after=1",
            "error-after=1",
            "slow-bytes=0ms",
            "refused=20ms",
        ];
        for fault in faults {
            for body in [streamed("atlas"), chat("atlas")] {
                eventually("the port is open", || TcpStream::connect(server.address()).is_ok());
                post_with(&server, &body, &[("x-mock-fault", fault)]);
            }
        }
        eventually("the port is open", || TcpStream::connect(server.address()).is_ok());
        drop(open(&server, &streamed("atlas"), &[("x-mock-fault", "stall-after=1")]));
        for body in [&b"{"[..], b"", b"[]", b"{\"model\":1}", b"{\"model\":\"atlas\"}", &[b'x'; 20_000]] {
            assert!((400..500).contains(&request(&server, "POST", "/v1/chat/completions", &[], body).status));
        }
        assert_eq!(post(&server, &chat("nobody")).status, 404);
        assert_eq!(get(&server, "/nowhere").status, 404);
        assert_eq!(get(&server, "/v1/chat/completions").status, 405);
        assert_eq!(client::raw(&server, b"no http at all\r\n\r\n").status, 400);
        drop(client::raw_stream(&server, b"POST /v1/chat/completions HTTP/1.1\r\n"));
        all_is_over.store(true, Ordering::Relaxed);
        for stream in streams {
            assert!(stream.join().expect("no panic") >= 5);
        }
    });
}
