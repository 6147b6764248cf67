//! # Collect errors
//!
//! Seven customers wrote a mail, and each of them gets an answer or an apology. `ask_all` sends all prompts at the
//! same time and waits until every call has ended. A call that fails does not disturb the others: its error stands in
//! the list of results, at the place of its prompt. No call is made again, and there may be hundreds of prompts, some of
//! them alike: each place has its own call.
//!
//! Run: `cargo workbook check 03-join/collect_errors` · Read: book, chapter 3 · 10 min

use mock_llm::{Error, MockLlm, Reply};

/// Asks the model one thing.
async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// What became of each prompt, in the order of the prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    todo!("start all calls, wait until all have ended, and keep each result: reply or error")
}

#[path = "checks/collect_errors.rs"]
mod checks;
