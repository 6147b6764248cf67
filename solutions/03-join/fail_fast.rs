//! # Fail fast: a solution
//!
//! `FuturesUnordered` hands on each result when it comes, from wherever in the list. `?` returns the first `Err`: then the
//! futures that are left are dropped with the function, and to drop a future is to cancel it. In Python, `gather` returns
//! the first error too, and the other calls go on unseen; here nothing is left to go on. What comes in the order of time
//! has lost its place, so each future brings the place of its prompt along.
//!
//! An error may come at the very first poll: a 429 does. Then the futures behind it in the list are dropped before
//! they were polled, and their prompts are never sent.
//!
//! `try_join_all` is shorter, and right up to 30 futures. With more, the `try_join_all` of futures 0.3 looks at the results
//! in the order of the list, and an error waits behind every earlier call that is still in flight
//! (<https://github.com/rust-lang/futures-rs/issues/2866>).
//!
//! Also right: `buffer_unordered` with room for all; a `JoinSet` with `?`, because a `JoinSet` that is dropped aborts its
//! tasks. A `Vec<JoinHandle>` that is dropped does not: its tasks are detached, and go on.

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

/// Asks the model one thing.
async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// All replies, in the order of the prompts; or the error that comes first, as soon as it comes.
///
/// For any number of prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    let mut replies = vec![None; prompts.len()];
    while let Some((place, result)) = calls.next().await {
        replies[place] = Some(result?);
    }
    Ok(replies.into_iter().flatten().collect())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/fail_fast.rs"]
mod checks;
