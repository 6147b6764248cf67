//! # Gather
//!
//! A document gets a review. Each page has two calls: one takes notes on the page, and the next makes a review of these
//! notes. `ask_all` gives the reviews, in the order of the prompts, and it is too slow: the notes on one page are there
//! early, and its review begins late. Mend it. Each page goes its own way, and no page waits for another one: ten pages
//! take as long as the slowest of them. How many pages there are, from none to hundreds, is known only when the program
//! runs; the same prompt may be there twice, and is then asked twice.
//!
//! Starts: too slow
//! Run: `cargo workbook check 03-join/gather` · Read: book, chapter 3, As many as there are: `join_all` · 10 min

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

/// Takes notes on a page. The future does nothing until it is polled.
async fn take_notes(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Makes a review of the notes.
async fn review(llm: &MockLlm, notes: &Reply) -> Reply {
    llm.complete(&notes.text).await.expect("the script of this exercise has no faults")
}

/// The review of every page. The first one belongs to the first prompt, and so on.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let notes = join_all(prompts.iter().map(|prompt| take_notes(llm, prompt))).await;
    join_all(notes.iter().map(|notes| review(llm, notes))).await
}

#[path = "checks/gather.rs"]
mod checks;
