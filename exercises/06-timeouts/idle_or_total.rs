//! # Idle or total
//!
//! TODO: the task, in two or three sentences. Everything that a check requires stands here.
//!
//! Run: `cargo workbook check 06-timeouts/idle_or_total` · Read: book, chapter 6 · 10 min

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    todo!("TODO: say what to do")
}

#[path = "checks/idle_or_total.rs"]
mod checks;
