//! # Fail fast
//!
//! A short version of a book needs all of its pages: with one page missing, the others are of no use. `ask_all` sends
//! all prompts at the same time and returns all replies, in order. If a call fails, `ask_all` returns its error at that
//! instant, and the calls that are still in flight end with it: nobody would read their replies. They end, too, where the
//! caller gives `ask_all` up. All of that holds for any number of pages, and a book has hundreds. No call is made again. The same prompt may be in the list more than once:
//! each place has its own call.
//!
//! Run: `cargo workbook check 03-join/fail_fast` · Read: book, chapter 3, All or nothing: `try_join!` · 10 min

use mock_llm::{Error, MockLlm, Reply};

/// Asks the model one thing.
async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// All replies, in the order of the prompts; or the error that comes first, as soon as it comes.
///
/// For any number of prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    todo!("start all calls, then wait until every call has a reply, or one of them has an error")
}

#[path = "checks/fail_fast.rs"]
mod checks;
