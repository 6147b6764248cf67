//! The mock model's stream, unchanged, on our runtime and on tokio: the example's program, not its words.

#[allow(dead_code, reason = "the example's main is for people")]
#[path = "../../examples/ours_and_tokio.rs"]
mod example;

use std::{sync::Arc, time::Duration};

use example::{OurClock, Shown, ask_both};
use lesson_02_executor::runtime::Builder;
use mock_llm::TokioClock;

#[test]
fn both_virtual_clocks_give_the_same_tokens_at_the_same_instants() {
    let ours = Builder::new()
        .virtual_clock()
        .build()
        .block_on(ask_both(Arc::new(OurClock)))
        .unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let theirs = tokio.block_on(ask_both(Arc::new(TokioClock::default()))).unwrap();
    assert_eq!(ours, theirs);

    let first_and_last = |model| {
        let mut times = ours
            .iter()
            .filter(|token| token.model == model)
            .map(|token: &Shown| token.at.as_millis());
        (times.next().unwrap(), times.next_back().unwrap())
    };
    assert_eq!(first_and_last("atlas"), (300, 900));
    assert_eq!(first_and_last("boreas"), (450, 1250));
    assert_eq!(
        ours.last().unwrap().at,
        Duration::from_millis(1250),
        "as long as the longer answer, not as long as both"
    );
}
