//! # As completed
//!
//! A page asks several questions, and has a box for the answer to each. `ask_all` sends all prompts at the same time,
//! and calls `show` with each reply at the instant at which it comes, and with the place of its prompt. A slow answer
//! must not hold up the others.
//!
//! Run: `cargo workbook check 03-join/as_completed` · Read: book, chapter 3 · 10 min

use mock_llm::{MockLlm, Reply};

/// Asks the model one thing. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Calls `show(place, reply)` for each reply when it comes, and ends with the last one. The first prompt has place 0.
pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    todo!("start all calls, then show whichever reply comes next, until all are shown")
}

#[path = "checks/as_completed.rs"]
mod checks;
