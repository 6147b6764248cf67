//! # In the background
//!
//! atlas answers a letter in 1 s, and birch sums it up in 2 s. `answer_and_summary` returns both, after 2 s.
//! `answer_now` returns the answer after 1 s. Nobody waits for its summary, and still that call begins at once and goes
//! on to its end, for the archive.
//!
//! Run: `cargo workbook check 03-join/background` · Read: book, chapter 3 · 10 min

use mock_llm::{MockLlm, Reply};

/// The main work: atlas answers the letter.
async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

/// The work in the background: birch sums the letter up.
async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

/// Returns the answer and the summary, in this order. The summary is made while the answer is.
pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    todo!("start the summary, do the main work, then wait for the summary")
}

/// Returns as soon as the answer is there. The call for the summary goes on without anybody waiting for it.
pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    todo!("start the summary, do the main work, and leave the summary to itself")
}

#[path = "checks/background.rs"]
mod checks;
