//! The limits, as responses tell of them.

use mock_llm::{Limits, Model};
use serde_json::json;

use crate::{
    atlas, chat,
    client::{get, open, post, post_with, send},
    endless, eventually, serve, streamed, with,
};

#[test]
fn every_response_says_what_is_left() {
    // Another request comes back after half a minute.
    let limits = Limits::none().requests_per_minute(2).tokens_per_minute(6000);
    let server = serve([atlas().limits(limits)]);
    let answer = post(&server, &chat("atlas"));
    let header = |name: &str| answer.header(&format!("x-ratelimit-{name}")).to_owned();
    assert_eq!((header("limit-requests"), header("remaining-requests")), ("2".to_owned(), "1".to_owned()));
    assert_eq!(header("limit-tokens"), "6000");
    // 7 tokens are spent, and a token comes back every 10 ms.
    assert!((5993..=6000).contains(&header("remaining-tokens").parse().expect("a number")));
    assert!(header("reset-requests").ends_with('s') && header("reset-tokens").ends_with('s'));
    assert_eq!(post(&serve([atlas()]), &chat("atlas")).header("x-ratelimit-limit-requests"), "", "no limit, no header");
}

#[test]
fn one_request_too_many_is_told_when_to_come_back() {
    let server = serve([atlas().limits(Limits::none().requests_per_minute(2))]);
    for _ in 0..2 {
        assert_eq!(post(&server, &chat("atlas")).status, 200);
    }
    let answer = post(&server, &streamed("atlas"));
    assert_eq!(answer.status, 429);
    let seconds: u64 = answer.header("retry-after").parse().expect("whole seconds");
    let millis: u64 = answer.header("retry-after-ms").parse().expect("whole milliseconds");
    assert!((1..=30).contains(&seconds) && (1..=30_000).contains(&millis), "{seconds} s, {millis} ms");
    assert_eq!(seconds, millis.div_ceil(1000));
    let error = &answer.json()["error"];
    assert_eq!((&error["type"], &error["code"]), (&json!("requests"), &json!("rate_limit_exceeded")));
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.starts_with("Rate limit reached for atlas on requests per min (RPM): Limit 2, Used 2, Requested 1.")
    );
    assert_eq!(answer.header("x-ratelimit-remaining-requests"), "0");
    assert_eq!(crate::client::request(&server, "POST", "/reset", &[], b"").status, 200);
    assert_eq!(post(&server, &chat("atlas")).status, 200);
}

#[test]
fn tokens_that_are_used_up_are_called_so_and_a_request_too_large_is_not_told_to_come_back() {
    let server = serve([Model::new("atlas").reply("a b c").limits(Limits::none().tokens_per_minute(8))]);
    assert_eq!(post(&server, &chat("atlas")).status, 200);
    let answer = post(&server, &chat("atlas"));
    assert_eq!((answer.status, &answer.json()["error"]["type"]), (429, &json!("tokens")));
    assert!(!answer.header("retry-after").is_empty());
    // 2 of the prompt and 3 of the reply.
    let message = answer.json()["error"]["message"].as_str().expect("a message").to_owned();
    assert!(
        message.contains("on tokens per min (TPM): Limit 8, Used ") && message.contains(", Requested 5."),
        "{message}"
    );
    let long = json!({ "messages": [{ "role": "user", "content": vec!["word"; 20].join(" ") }] });
    let answer = post(&server, &with(chat("atlas"), long));
    assert_eq!((answer.status, answer.header("retry-after")), (429, ""));
}

#[test]
fn every_choice_is_charged_as_usage_counts_it() {
    let server = serve([atlas().limits(Limits::none().tokens_per_minute(100))]);
    let answer = post(&server, &with(chat("atlas"), json!({ "n": 10 })));
    assert_eq!(answer.json()["usage"]["total_tokens"], 52);
    // One comes back every 0.6 s.
    let left: u32 = answer.header("x-ratelimit-remaining-tokens").parse().expect("a number");
    assert!((48..93).contains(&left), "{left}");
    let answer = post(&server, &with(chat("atlas"), json!({ "n": 20 })));
    assert_eq!((answer.status, answer.header("retry-after")), (429, ""), "102 are never there");
}

/// Which limit it was is said by what it lacks, and not by who else runs; and a fault is none of them.
#[test]
fn the_limit_that_is_named_is_the_one_that_was_reached() {
    let slow = atlas().time_to_first_token(std::time::Duration::from_secs(1000));
    let server = serve([slow.limits(Limits::none().concurrent(5).tokens_per_minute(10))]);
    let error = |fault: &[(&str, &str)]| {
        let answer = post_with(&server, &chat("atlas"), fault);
        assert_eq!(answer.status, 429);
        let error = answer.json()["error"].clone();
        (
            error["type"].as_str().unwrap_or_default().to_owned(),
            error["message"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let fault = error(&[("x-mock-fault", "rate-limit")]);
    assert_eq!(fault, ("requests".to_owned(), "Rate limit reached for atlas.".to_owned()));
    let running = send(server.address(), "POST", "/v1/chat/completions", &[], chat("atlas").to_string().as_bytes());
    eventually("it runs", || server.llm().journal().in_flight() == 1);
    let (kind, message) = error(&[]);
    assert!(kind == "tokens" && message.contains("Requested 7."), "{kind}: {message}");
    drop(running);
}

#[test]
fn calls_over_the_concurrent_limit_wait_and_a_full_queue_turns_away() {
    let server = serve([endless("atlas").limits(Limits::none().concurrent(1).queue(1))]);
    let mut running = open(&server, &streamed("atlas"), &[]);
    assert!(running.next_event().is_some());
    let body = with(streamed("atlas"), json!({ "max_tokens": 2 })).to_string();
    let waiting = crate::client::send(server.address(), "POST", "/v1/chat/completions", &[], body.as_bytes());
    eventually("the second waits", || server.llm().journal().waiting() == 1);
    assert!(get(&server, "/metrics").text().contains("mock_llm_waiting{model=\"atlas\"} 1\n"));
    assert_eq!(post(&server, &chat("atlas")).status, 429);
    drop(running);
    let answer = crate::client::Open::begin(waiting).read_to_end();
    assert_eq!((answer.status, answer.content(0).as_str()), (200, "word word"));
}
