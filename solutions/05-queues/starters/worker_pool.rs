//! # Worker pool
//!
//! TODO: the task, in two or three sentences. Everything that a check requires stands here.
//!
//! Run: `cargo workbook check 05-queues/worker_pool` · Read: book, chapter 5 · 10 min

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    todo!("TODO: say what to do")
}

#[path = "checks/worker_pool.rs"]
mod checks;
