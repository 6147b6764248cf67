//! Drawn latencies and drawn faults: they belong to the request, never to the order of arrival.

use std::{collections::HashMap, time::Duration};

use futures::{StreamExt, future::join_all};
use mock_llm::{Fault, Latency, MockLlm, Model, When};

use crate::{ms, timed};

fn drawn(seed: u64) -> MockLlm {
    let model = Model::new("atlas")
        .time_to_first_token(Latency::LogNormal { median: ms(400), sigma: 0.5 })
        .inter_token_latency(Latency::Normal { mean: ms(20), std_dev: ms(6) })
        .fault(When::Rate(0.3), Fault::Overloaded)
        .reply("one two three four five");
    MockLlm::builder().model(model).seed(seed).build()
}

fn prompts() -> Vec<String> {
    (0..50).map(|number| format!("question {number}")).collect()
}

/// For each prompt and attempt: when its tokens came after its start, and whether it had an answer.
fn drawn_by(llm: &MockLlm) -> HashMap<(String, u32), (Vec<Duration>, bool)> {
    let journal = llm.journal();
    let outcome = |call: &mock_llm::Call| {
        let tokens = call.produced.iter().map(|&at| at - call.started).collect();
        ((call.prompt.clone(), call.attempt), (tokens, journal.finished().any(|finished| finished == call)))
    };
    journal.calls().iter().map(outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_takes_as_long_whatever_the_order_of_arrival() {
    let in_turn = drawn(7);
    for prompt in prompts() {
        let _ = in_turn.complete(&prompt).await;
    }
    let backwards = drawn(7);
    for prompt in prompts().iter().rev() {
        let _ = backwards.stream(prompt).collect::<Vec<_>>().await;
    }
    let together = drawn(7);
    join_all(prompts().iter().map(|prompt| together.complete(prompt))).await;

    assert_eq!(drawn_by(&in_turn), drawn_by(&backwards));
    assert_eq!(drawn_by(&in_turn), drawn_by(&together));
    let met = together.journal().failed().count();
    assert!((5..=25).contains(&met), "30 % of 50, and the seed is fixed: {met}");
}

#[tokio::test(start_paused = true)]
async fn the_next_attempt_draws_again_and_a_restart_repeats_the_first() {
    let llm = drawn(7);
    let mut took = Vec::new();
    for _ in 0..3 {
        took.push(timed(llm.complete("again")).await.0);
    }
    assert_ne!(took[0], took[1]);
    assert_ne!(took[1], took[2]);
    llm.restart();
    assert_eq!(timed(llm.complete("again")).await.0, took[0]);
}

#[tokio::test(start_paused = true)]
async fn another_seed_is_another_run() {
    let (seven, eight) = (drawn(7), drawn(8));
    for prompt in prompts() {
        let _ = seven.complete(&prompt).await;
        let _ = eight.complete(&prompt).await;
    }
    assert_ne!(drawn_by(&seven), drawn_by(&eight));
}

#[tokio::test(start_paused = true)]
async fn a_fault_leaves_the_latencies_of_the_others_as_they_were() {
    let plain = Model::new("atlas").time_to_first_token(Latency::Uniform { min: ms(100), max: ms(900) });
    let faulty = plain.clone().fault(When::Prompt("question 3".to_owned()), Fault::Refused);
    let (plain, faulty) = (MockLlm::new([plain]), MockLlm::new([faulty]));
    for prompt in prompts() {
        let expected = timed(plain.complete(&prompt)).await.0;
        let got = timed(faulty.complete(&prompt)).await;
        if prompt == "question 3" {
            assert_eq!(got.0, ms(0));
        } else {
            assert_eq!(got.0, expected, "{prompt}");
        }
    }
}
