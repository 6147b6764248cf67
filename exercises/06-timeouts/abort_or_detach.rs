//! # Abort or detach
//!
//! TODO: the task, in two or three sentences. Everything that a check requires stands here.
//!
//! Run: `cargo workbook check 06-timeouts/abort_or_detach` · Read: book, chapter 6 · 10 min

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    todo!("TODO: say what to do")
}

#[path = "checks/abort_or_detach.rs"]
mod checks;
