//! What the server tells about itself.

use mock_llm_server::Config;
use serde_json::json;

use crate::{
    atlas, chat,
    client::{get, post, post_with, request},
    serve, start, streamed,
};

#[test]
fn models_are_listed_and_found() {
    let server = serve([atlas(), mock_llm::Model::new("birch/2:free")]);
    let list = get(&server, "/v1/models").json();
    assert_eq!(list["object"], "list");
    let names: Vec<_> = list["data"].as_array().into_iter().flatten().map(|model| model["id"].clone()).collect();
    assert_eq!(names, ["atlas", "birch/2:free"]);
    let model = get(&server, "/v1/models/atlas").json();
    assert_eq!((&model["id"], &model["object"]), (&json!("atlas"), &json!("model")));
    assert!(model["created"].is_u64() && model["owned_by"].is_string());
    assert_eq!(get(&server, "/v1/models/birch%2F2:free").json()["id"], "birch/2:free");
}

#[test]
fn the_journal_has_every_call_and_its_end() {
    let server = serve([atlas()]);
    post_with(&server, &chat("atlas"), &[("x-request-id", "plain")]);
    post_with(&server, &streamed("atlas"), &[("x-request-id", "streamed")]);
    post_with(&server, &streamed("atlas"), &[("x-request-id", "cut"), ("x-mock-fault", "cut-after=2")]);
    let journal = get(&server, "/journal").json();
    assert_eq!((&journal["in_flight"], &journal["high_water"]), (&json!(0), &json!(1)));
    let calls = journal["calls"].as_array().expect("a list");
    let told = |place: usize, name: &str| calls[place][name].clone();
    let ids: Vec<_> = calls.iter().map(|call| call["request_id"].clone()).collect();
    assert_eq!(ids, ["plain", "streamed", "cut"]);
    assert_eq!((told(0, "kind"), told(1, "kind")), (json!("complete"), json!("stream")));
    assert_eq!((told(0, "outcome"), told(2, "outcome")), (json!("finished"), json!("failed")));
    assert_eq!((told(1, "produced"), told(1, "delivered"), told(2, "delivered")), (json!(5), json!(5), json!(2)));
    assert_eq!((told(0, "attempt"), told(1, "attempt"), told(2, "attempt")), (json!(1), json!(2), json!(3)));
    assert_eq!(told(2, "error"), "the connection ended after 2 tokens");
    assert_eq!(told(0, "prompt"), "Count, please.");
    assert_eq!((told(0, "fault"), told(2, "fault")), (json!(null), json!("cut-after=2")), "as it was asked for");
}

/// The thread that serves writes one page at a time, and between two pages everybody else has a turn. So what counts is what
/// is in a page, in calls and in bytes: it is bounded however long the journal is, and however long its prompts are.
#[test]
fn a_journal_of_tens_of_thousands_of_calls_is_read_in_small_pages() {
    const CALLS: usize = 20_000;
    let server = start(Config { models: vec![atlas()], journal_limit: CALLS, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for number in 1..=CALLS {
            // Prompts so short and, one run of 500 calls in ten, so long that now the number of calls ends a page, now the bytes.
            let length = if number / 500 % 10 == 9 { 4000 } else { 4 };
            server.llm().complete(&format!("{number} {}", "x".repeat(length))).await.expect("no fault");
        }
    });
    let page = get(&server, "/journal").json();
    assert_eq!((&page["total"], page["calls"].as_array().map(Vec::len)), (&json!(CALLS), Some(100)), "the usual page");

    let (mut pages, mut full, mut seen) = (0, 0, 0);
    let mut path = "/journal?limit=500".to_owned();
    loop {
        let answer = get(&server, &path);
        // 256 KiB, and the call with which it is reached.
        assert!(answer.body.len() < 256 * 1024 + 8 * 1024, "{} bytes", answer.body.len());
        let page = answer.json();
        let calls = page["calls"].as_array().expect("a list");
        for call in calls {
            seen += 1;
            assert_eq!(call["number"], seen, "each call once, in order");
            assert!(call["prompt"].as_str().is_some_and(|prompt| prompt.starts_with(&format!("{seen} "))));
        }
        pages += 1;
        full += usize::from(calls.len() == 500);
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, CALLS);
    assert!(full > 0 && full < pages, "{pages} pages, {full} of them with 500 calls");

    let page = get(&server, "/journal?after=19998").json();
    assert_eq!((page["calls"].as_array().map(Vec::len), &page["next"]), (Some(2), &json!(null)));
    // Who waits for new calls asks for what comes after the latest that it has seen.
    let page = get(&server, "/journal?after=20000").json();
    assert_eq!((&page["calls"], &page["next"]), (&json!([]), &json!(null)));
    post(&server, &chat("atlas"));
    assert_eq!(get(&server, "/journal?after=20000").json()["calls"][0]["prompt"], "Count, please.");
}

/// Who follows `next` comes to an end, also where nothing is kept.
#[test]
fn a_journal_that_keeps_nothing_has_one_page() {
    let server = start(Config { models: vec![atlas()], journal_limit: 0, ..Config::default() });
    post(&server, &chat("atlas"));
    let page = get(&server, "/journal").json();
    assert_eq!((&page["total"], &page["calls"], &page["next"]), (&json!(1), &json!([]), &json!(null)));
}

/// The server counts the attempts at a body, and its faults go by this number.
#[test]
fn the_journal_counts_attempts_as_faults_do() {
    // With so small a journal, the model counts the attempts at some 1,000 bodies only.
    let server = start(Config { models: vec![atlas()], journal_limit: 1, ..Config::default() });
    post(&server, &chat("atlas"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for number in 0..1100 {
            server.llm().complete(&number.to_string()).await.expect("no fault");
        }
    });
    let answer = post_with(&server, &chat("atlas"), &[("x-mock-fault", "attempt=2:status=418")]);
    let journal = get(&server, "/journal").json();
    let call = journal["calls"].as_array().and_then(|calls| calls.last()).expect("a call");
    assert_eq!((answer.status, &call["attempt"]), (418, &json!(2)));
}

#[test]
fn completions_are_counted_by_how_they_end_as_the_journal_says() {
    let server = serve([atlas()]);
    for fault in ["", "status=500", "rate-limit", "cut-after=2", "end-after=2", "error-after=2", "slow-bytes=0ms"] {
        let headers = [("x-mock-fault", fault)];
        let headers = if fault.is_empty() { &[][..] } else { &headers[..] };
        for body in [chat("atlas"), streamed("atlas")] {
            post_with(&server, &body, headers);
        }
    }
    let journal = get(&server, "/journal").json();
    let count = |outcome: &str| {
        journal["calls"].as_array().into_iter().flatten().filter(|call| call["outcome"] == outcome).count()
    };
    assert_eq!((count("finished"), count("failed")), (4, 10));
    crate::eventually("they are counted", || {
        let metrics = get(&server, "/metrics");
        let has = |line: &str| metrics.text().lines().any(|found| found == line);
        has("mock_llm_completions_total{end=\"finished\"} 4") && has("mock_llm_completions_total{end=\"failed\"} 10")
    });
}

#[test]
fn a_wrong_page_is_a_wrong_request() {
    let server = serve([atlas()]);
    for (query, name) in
        [("limit=0", "limit"), ("limit=1001", "limit"), ("after=-1", "after"), ("after=", "after"), ("page=2", "page")]
    {
        let answer = get(&server, &format!("/journal?{query}"));
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(name)), "{query}");
    }
}

/// Every line is a comment or a sample, and every sample has been introduced: what Prometheus's reader asks for.
#[test]
fn the_metrics_are_in_prometheus_s_format() {
    let server = serve([atlas()]);
    post(&server, &chat("atlas"));
    post(&server, &chat("nobody"));
    get(&server, "/a/path/of/its/own");
    let answer = get(&server, "/metrics");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let mut introduced = Vec::new();
    for line in answer.text().lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert!(["gauge", "counter"].contains(&kind));
            introduced.push(name.to_owned());
        } else if !line.starts_with("# HELP ") {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = name.split('{').next().unwrap_or_default();
            assert!(introduced.iter().any(|known| known == name), "{line}");
        }
    }
    for line in [
        "mock_llm_active 0",
        "mock_llm_tokens_total 5",
        "mock_llm_completions_total{end=\"finished\"} 1",
        "mock_llm_responses_total{route=\"/v1/chat/completions\",status=\"200\"} 1",
        "mock_llm_responses_total{route=\"/v1/chat/completions\",status=\"404\"} 1",
        "mock_llm_responses_total{route=\"other\",status=\"404\"} 1",
    ] {
        assert!(answer.text().lines().any(|found| found == line), "{line}\n{}", answer.text());
    }
}

#[test]
fn a_reset_empties_the_journal_and_begins_to_count_again() {
    let server = serve([atlas()]);
    post(&server, &chat("atlas"));
    assert_eq!(request(&server, "POST", "/reset", &[], b"").json()["status"], "reset");
    assert_eq!(get(&server, "/journal").json()["calls"], json!([]));
    assert!(get(&server, "/metrics").text().contains("mock_llm_completions_total{end=\"finished\"} 0\n"));
    let first = post_with(&server, &chat("atlas"), &[("x-mock-fault", "attempt=1:status=418")]);
    assert_eq!(first.status, 418, "attempts are counted from 1 again");
    assert_eq!(get(&server, "/reset").status, 405);
}

#[test]
fn a_healthy_server_says_so() {
    let answer = get(&serve([atlas()]), "/healthz");
    assert_eq!((answer.status, answer.json()), (200, json!({ "status": "ok", "active": 0 })));
}
