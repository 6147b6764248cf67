//! Five calls. One is turned away, one meets an overloaded server, and three have a reply.
//!
//! Run: `cargo run -p lesson-03-join --example results`

use lesson_03_join::{
    newsroom::{comment, comments, moderator},
    results,
};
use mock_llm::{Fault, MockLlm, When};
use runs::{measure, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let model = moderator([0.4, 0.7, 0.5, 0.9, 0.6])
        .fault(When::Prompt(comment(2)), Fault::Overloaded)
        .fault(When::Prompt(comment(5)), Fault::RateLimited { retry_after: None });
    let llm = MockLlm::new([model]);

    let run = measure(&llm, results::weigh_what_works(&llm, &comments(5))).await;

    for (comment, reply) in &run.value.replies {
        println!("{comment}: {}", reply.text);
    }
    for (comment, error) in &run.value.failures {
        println!("{comment}: {error}");
    }
    show(&run.timeline("each one for itself"));
}
