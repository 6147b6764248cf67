//! # As completed: a solution
//!
//! `FuturesUnordered` is a stream of results: it owns the futures, and `next` gives whichever is done next. It polls a
//! future only when that future was woken, however many others there are.
//!
//! What comes out says nothing of where it went in. So each future brings the place of its prompt along, as the first
//! half of a pair. To count the results as they come would number them by speed.
//!
//! Two things to know. The futures make progress only while somebody waits in `next`: if the loop body awaited
//! something long, all calls would stand still meanwhile (`show` does not await). And a loop over `next` ends with
//! `None`, when all are done; with no prompts, at once.
//!
//! Also right: `buffer_unordered` with room for all; a `JoinSet`, or tasks that send into a channel, where the work
//! goes on while the loop body awaits; `select_all` in a loop; and `join_all` of futures that call `show` themselves.

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

/// Asks the model one thing. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Calls `show(place, reply)` for each reply when it comes, and ends with the last one. The first prompt has place 0.
pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    while let Some((place, reply)) = calls.next().await {
        show(place, reply);
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/as_completed.rs"]
mod checks;
