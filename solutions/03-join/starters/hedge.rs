//! # Hedge
//!
//! `hedge` asks atlas. If there is no answer after `delay`, it asks birch too, while the call to atlas goes on: the first
//! *reply* wins, and the other call is dropped. An error before `delay` is returned at once. A later one does not count
//! as long as the other call may still answer; where both fail, the later error is returned.
//!
//! Run: `cargo workbook check 03-join/hedge` · Read: book, chapter 3 · 15 min

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};

/// Asks one model.
async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

/// The first reply of atlas, which is asked now, and birch, which is asked after `delay`. Two calls at most.
pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    todo!("ask atlas; after `delay` without an answer ask birch too; take the first reply")
}

#[path = "checks/hedge.rs"]
mod checks;
