//! # Gather: a solution
//!
//! `map` makes one future for each prompt. None of them has begun: `join_all` makes one future of the whole list, and
//! each time that one is polled, it polls those that are not done yet. The first poll starts every call.
//!
//! `join_all` keeps a place for each future. A reply that comes early waits in its place, so the list has the order of
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

/// Asks the model one thing. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Asks everything in `prompts` at the same time. The first reply belongs to the first prompt, and so on.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/gather.rs"]
mod checks;
