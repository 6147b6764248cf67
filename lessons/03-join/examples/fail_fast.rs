//! The translation fails after 0.8 s. `join!` waits for the summary all the same;
//! `try_join!` drops it.
//!
//! Run: `cargo run -p lesson-03-join --example fail_fast`

use lesson_03_join::{
    fail_fast, joined,
    newsroom::{ARTICLE, models},
};
use mock_llm::{Fault, MockLlm, When};
use runs::{measure, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let [headline, summary, translation] = models();
    let llm = MockLlm::new([
        headline,
        summary,
        translation.fault(When::Always, Fault::Overloaded),
    ]);

    let waits = measure(&llm, joined::edition(&llm, ARTICLE)).await;
    let drawn_waits = waits.timeline("join!");

    let fails_fast = measure(&llm, fail_fast::edition(&llm, ARTICLE)).await;
    let drawn_fails_fast = fails_fast.timeline("try_join!");

    for (tool, run) in [("join!", waits), ("try_join!", fails_fast)] {
        let error = run.value.expect_err("the translation fails");
        println!("{tool:9}  {:.3} s  {error}", run.took.as_secs_f64());
    }
    show_beside(&drawn_waits, &drawn_fails_fast);
}
