//! Calls of 3, 1 and 2 seconds. The second is shown first.
//!
//! Run: `cargo run -p lesson-03-join --example as_completed`

use lesson_03_join::{
    as_completed,
    newsroom::{comments, moderator},
};
use mock_llm::MockLlm;
use runs::{measure, show};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let llm = MockLlm::new([moderator([3.0, 1.0, 2.0])]);
    let start = Instant::now();

    let run = measure(
        &llm,
        as_completed::weigh_as_completed(&llm, &comments(3), |number, _reply| {
            println!("{:.3} s  comment {number}", start.elapsed().as_secs_f64());
        }),
    )
    .await;

    show(&run.timeline("as completed"));
}
