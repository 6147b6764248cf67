//! What the server tells about itself.

use serde_json::json;

use crate::{
    atlas, chat,
    client::{get, post, post_with, request},
    serve, streamed,
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
