//! # Gather
//!
//! A document gets a review, with one prompt for each page; how many pages there are is known only when the program
//! runs. `ask_all` sends all prompts at the same time: ten pages take as long as one. The replies come back in the
//! order of the prompts, whichever is there first.
//!
//! Run: `cargo workbook check 03-join/gather` · Read: book, chapter 3 · 10 min

use mock_llm::{MockLlm, Reply};

/// Asks the model one thing. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Asks everything in `prompts` at the same time. The first reply belongs to the first prompt, and so on.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    todo!("make a call for each prompt, start them all, and wait for all of them")
}

#[path = "checks/gather.rs"]
mod checks;
