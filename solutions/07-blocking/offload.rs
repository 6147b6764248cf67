//! # Offload: a solution
//!
//! `spawn_blocking` runs its closure on a thread of the pool, from the moment it is called. The closure calls the SDK,
//! and gives back the answer. An `async` block in the closure would give back a future that has done nothing: whoever
//! awaits it runs it.
//!
//! `collect` makes all the handles before the first one is awaited. Without it, the iterator would hand over a call at
//! a time. `join_all` keeps the order of its handles, and waits without a thread of its own.
//!
//! Fifty calls hold fifty threads of the pool. That is the price of a client that blocks, and there is an end to it:
//! `pool_size` is about that.
//!
//! Also right: a loop that awaits the handles in turn, for the calls run all the same; a number that travels with each
//! call in a `JoinSet` (`spawn_blocking` of it), or through a channel; a thread of one's own and a oneshot channel for
//! each call.

use std::sync::Arc;

use futures::future::join_all;
use mock_llm::{Error, Reply};
use tokio::task::spawn_blocking;

/// The vendor's client: it holds its thread until the answer is there.
pub type Sdk = Arc<dyn Fn(&str) -> Result<Reply, Error> + Send + Sync>;

/// The answers to these questions, in their order.
pub async fn answer_all(sdk: &Sdk, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let call = |prompt: &String| {
        let (sdk, prompt) = (sdk.clone(), prompt.clone());
        spawn_blocking(move || sdk(&prompt))
    };
    let calls: Vec<_> = prompts.iter().map(call).collect();
    let answers = join_all(calls).await;
    answers.into_iter().map(|answer| answer.expect("the SDK does not panic")).collect()
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/offload.rs"]
mod checks;
