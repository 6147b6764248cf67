//! # Both flavours
//!
//! TODO: the task, in two or three sentences. Everything that a check requires stands here.
//!
//! Run: `cargo workbook check 07-blocking/both_flavours` · Read: book, chapter 7 · 10 min

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    todo!("TODO: say what to do")
}

#[path = "checks/both_flavours.rs"]
mod checks;
