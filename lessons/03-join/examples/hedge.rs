//! The first request hangs. The second one, half a second later, saves the day.
//!
//! Run: `cargo run -p lesson-03-join --example hedge`

use lesson_03_join::{
    hedge,
    newsroom::{ARTICLE, model},
};
use mock_llm::{Error, Fault, MockLlm, When};
use runs::{measure, secs, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let llm =
        MockLlm::new(
            [model("headline", 0.6).fault(When::Attempt(1), Fault::StallAfter(0))],
        );

    let run = measure(&llm, hedge::patient_headline(&llm, ARTICLE, secs(0.5))).await;
    let (started, dropped) = (llm.journal().calls().len(), llm.journal().dropped().count());
    println!("{:.3} s  {started} calls started, {dropped} dropped", run.took.as_secs_f64());
    show(&run.timeline("a hedged request"));
    run.value.map(drop)
}
