//! Traffic that looks real. The seeds are fixed, so what holds once holds for ever; bounds are three standard errors.

use std::time::Duration;

use futures::{StreamExt, future::join_all};
use mock_llm::{Latency, MockLlm, Model};

use crate::{ms, timed};

const CALLS: usize = 2000;
const TOKENS: usize = 50;

/// The times to first token and the gaps between tokens of many calls, in seconds.
async fn observed(model: Model) -> (Vec<f64>, Vec<f64>) {
    let llm = MockLlm::builder().model(model.reply(vec!["word"; TOKENS].join(" "))).seed(7).build();
    let prompts: Vec<String> = (0..CALLS).map(|number| number.to_string()).collect();
    join_all(prompts.iter().map(|prompt| llm.complete(prompt))).await;
    let journal = llm.journal();
    let mut first: Vec<f64> = journal.calls().iter().map(|call| call.produced[0].as_secs_f64()).collect();
    first.sort_by(f64::total_cmp);
    let gaps = |call: &mock_llm::Call| call.produced.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>();
    let gaps = journal.calls().iter().flat_map(gaps).map(|gap| gap.as_secs_f64()).collect();
    (first, gaps)
}

#[tokio::test(start_paused = true)]
async fn realistic_has_the_published_shape() {
    let (first, gaps) = observed(Model::new("atlas").realistic()).await;
    // One token of prompt is 0.25 ms. The median's standard error is 1.25 × 0.5 / √2000 = 1.4 %.
    let median = first[CALLS / 2] - 0.000_25;
    assert!((0.383..0.417).contains(&median), "median time to first token {median}");
    // 16 % of a log-normal are above e^sigma medians.
    let above = first.iter().filter(|&&first| first > 0.4 * 0.5_f64.exp()).count();
    assert!((268..=366).contains(&above), "{above} of {CALLS}");
    // 98 000 gaps: 980 late ones, give or take 3 × 31.
    let late: Vec<f64> = gaps.iter().copied().filter(|&gap| gap > 0.15).collect();
    assert!((887..=1073).contains(&late.len()), "{} stalls", late.len());
    assert!(late.iter().all(|gap| (0.2..0.56).contains(gap)));
    let usual: Vec<f64> = gaps.iter().copied().filter(|&gap| gap < 0.15).collect();
    let mean = usual.iter().sum::<f64>() / usual.len() as f64;
    let deviation = (usual.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / usual.len() as f64).sqrt();
    assert!((0.0199..0.0201).contains(&mean), "mean gap {mean}");
    assert!((0.29..0.31).contains(&(deviation / mean)), "coefficient of variation {}", deviation / mean);
}

#[tokio::test(start_paused = true)]
async fn fast_is_realistic_twenty_times_faster() {
    let (slow, _) = observed(Model::new("atlas").realistic()).await;
    let (fast, _) = observed(Model::new("atlas").fast()).await;
    // The same draws, each rounded to a microsecond.
    for (slow, fast) in slow.iter().zip(&fast) {
        assert!((slow / 20.0 - fast).abs() < 2e-6, "{slow} and {fast}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_prompt_takes_longer_to_read() {
    let model = Model::new("atlas").time_to_first_token(ms(400)).time_per_prompt_token(ms(2)).reply("yes");
    let llm = MockLlm::new([model]);
    assert_eq!(timed(llm.complete("one two three")).await.0, ms(406));
    let long = vec!["word"; 1000].join(" ");
    assert_eq!(timed(llm.complete(&long)).await.0, ms(2400));
}

#[tokio::test(start_paused = true)]
async fn stalls_come_between_tokens_and_leave_the_other_draws_alone() {
    let jittery =
        Model::new("atlas").inter_token_latency(Latency::Uniform { min: ms(10), max: ms(30) }).reply("a b c d e f");
    let instants = |model: Model| async move {
        let llm = MockLlm::new([model]);
        assert_eq!(llm.stream("?").count().await, 6);
        llm.journal().calls()[0].produced.clone()
    };
    let plain = instants(jittery.clone()).await;
    let stalled = instants(jittery.stalls(1.0, ms(100))).await;
    let late = |index: u32| Duration::from_millis(100) * index;
    let expected: Vec<_> = plain.iter().zip(0..).map(|(&at, index)| at + late(index)).collect();
    assert_eq!(stalled, expected, "each gap is 100 ms longer, and the first token is where it was");
}
