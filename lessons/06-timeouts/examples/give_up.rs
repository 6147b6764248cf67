//! Three models, of 1, 5 and 10 s, first without a limit and then with one of 3 s.
//!
//! Run: `cargo run -p lesson-06-timeouts --example give_up`

use futures::future::join_all;
use lesson_06_timeouts::total::answer;
use mock_llm::{MockLlm, Model};
use runs::{measure, secs, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&["lessons/06-timeouts/src/total.rs:answer"]);
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token_for("short", secs(1.0))
        .time_to_first_token_for("long", secs(5.0))
        .time_to_first_token_for("longest", secs(10.0))
        .reply("On its way.")]);
    let questions = ["short", "long", "longest"];

    let without = join_all(questions.map(|question| llm.complete(question)));
    let without = measure(&llm, without).await;
    let drawn_without = without.timeline("without a limit");
    println!("without a limit: {:6.3} s", without.took.as_secs_f64());

    let limit = secs(3.0);
    let within = join_all(questions.map(|question| answer(&llm, question, limit)));
    let within = measure(&llm, within).await;
    let drawn_within = within.timeline("with a limit of 3 s");
    println!("with one of 3 s: {:6.3} s", within.took.as_secs_f64());
    for (question, outcome) in questions.iter().zip(within.value) {
        println!("  {question:7}  {:?}", outcome.map(|reply| reply.text));
    }
    show_beside(&drawn_without, &drawn_within);
}
