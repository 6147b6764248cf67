//! Three models of 1, 5 and 10 s, and a limit that moves.
//!
//! Run: `cargo run -p lesson-06-timeouts --example how_long_a_limit`

use futures::future::join_all;
use lesson_06_timeouts::total::answer;
use mock_llm::{MockLlm, Model};
use runs::{measure, secs, show_grid};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&["lessons/06-timeouts/src/total.rs:answer"]);
    let llm = MockLlm::new([Model::new("atlas")
        .time_to_first_token_for("short", secs(1.0))
        .time_to_first_token_for("long", secs(5.0))
        .time_to_first_token_for("longest", secs(10.0))
        .reply("On its way.")]);
    let questions = ["short", "long", "longest"];
    let mut drawn = Vec::new();
    println!("limit   answers   ends");
    for limit in [0.5, 2.0, 5.0, 8.0, 12.0] {
        let calls = questions.map(|question| answer(&llm, question, secs(limit)));
        let run = measure(&llm, join_all(calls)).await;
        let answers = run.value.iter().flatten().count();
        println!("{limit:5.1} {answers:9} {:6.1} s", run.took.as_secs_f64());
        let timeline = run.timeline(&format!("a limit of {limit} s"));
        drawn.push((vec![format!("{limit} s")], vec![timeline]));
    }
    show_grid(&["limit"], &drawn);
}
