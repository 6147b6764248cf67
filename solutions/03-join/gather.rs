//! # Gather: a solution
//!
//! The way of one page is one future: `ask` awaits the notes, and then the review. Inside it the second call waits for
//! the first, as it must. `join_all` makes one future of all pages, and polls each that is not done: a page whose notes
//! are there goes on to its review, whatever the others wait for.
//!
//! Two `join_all`s, one after the other, ask the same questions and get the same replies. But the `.await` of the first
//! is a barrier: it ends with the slowest notes, and every review waits for it. Then the time is the slowest notes plus
//! the slowest review, and not the slowest page. What depends on what decides where an `.await` may stand.
//!
//! `join_all` keeps a place for each future. A review that comes early waits in its place, so the list has the order of
//! the prompts. Without futures it is ready at its first poll.
//!
//! Up to 30 futures, `join_all` polls all that are not done whenever one of them wakes; beyond that, it keeps track of
//! which one was woken, and polls only that one. Your program cannot see the difference, except in how fast it is.
//!
//! Also right: `FuturesOrdered` collected into a list, `buffered` with room for all of them (not with room for none:
//! an empty list would wait for ever), tasks that are all spawned before the first handle is awaited, and `JoinSet` or
//! `FuturesUnordered` where each future brings the place of its prompt along.

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

/// The way of one page: notes, then a review of them.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    let notes = take_notes(llm, prompt).await;
    review(llm, &notes).await
}

/// The review of every page. The first one belongs to the first prompt, and so on.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/gather.rs"]
mod checks;
