//! A headline of 1 s while a translation of 2 s goes on: waited for, then left to itself.
//!
//! Run: `cargo run -p lesson-03-join --example background`

use lesson_03_join::{
    background,
    newsroom::{ARTICLE, model},
};
use mock_llm::{Error, MockLlm};
use runs::{measure, secs, show_beside};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm = MockLlm::new([model("headline", 1.0), model("translation", 2.0)]);

    let waited = measure(&llm, background::bilingual(&llm, ARTICLE)).await;
    let drawn_waited = waited.timeline("bilingual: waits for the task");
    println!("bilingual     returns at {:.3} s", waited.took.as_secs_f64());
    waited.value?;

    let detached = measure(&llm, background::headline_now(&llm, ARTICLE)).await;
    println!("headline_now  returns at {:.3} s", detached.took.as_secs_f64());
    println!("              in flight then: {}", llm.journal().in_flight());
    sleep(secs(5.0)).await;
    println!("              finished in the end: {}", llm.journal().finished().count());
    let drawn_detached = detached.timeline("headline_now: the task goes on");
    detached.value?;

    show_beside(&drawn_waited, &drawn_detached);
    Ok(())
}
