//! # Fail fast: a solution
//!
//! `try_join_all` makes one future of the whole list, as `join_all` does, and looks at each result when it comes. At
//! the first `Err` it is ready: it drops the futures of the other calls, and to drop a future is to cancel it. In
//! Python, `gather` returns the first error too, and the other calls go on unseen; here nothing is left to go on.
//!
//! An error may come at the very first poll: a 429 does. Then the futures behind it in the list are dropped before
//! they were polled, and their prompts are never sent.
//!
//! It keeps its word up to 30 futures. With more, the `try_join_all` of futures 0.3 looks at the results in the order
//! of the list, and an error waits behind every earlier call that is still in flight
//! (<https://github.com/rust-lang/futures-rs/issues/2866>). `FuturesUnordered` has no such limit.
//!
//! Also right: `tokio::try_join!` where the number of calls is written in the code; `FuturesUnordered` with `?`, where
//! each future brings the place of its prompt along; a `JoinSet` with `?`, because a `JoinSet` that is dropped aborts
//! its tasks. A `Vec<JoinHandle>` that is dropped does not: its tasks are detached, and go on.

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

/// Asks the model one thing.
async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// All replies, in the order of the prompts; or the error that comes first, as soon as it comes. Up to 30 prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/fail_fast.rs"]
mod checks;
