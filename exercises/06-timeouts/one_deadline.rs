//! # One deadline
//!
//! TODO: the task, in two or three sentences. Everything that a check requires stands here.
//!
//! Run: `cargo workbook check 06-timeouts/one_deadline` · Read: book, chapter 6 · 10 min

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    todo!("TODO: say what to do")
}

#[path = "checks/one_deadline.rs"]
mod checks;
