//! # Collect errors: a solution
//!
//! `join_all` does not look at what its futures give: a `Result` is a value like any other. So it waits for all of
//! them, and the list has a result for each prompt, in order. In Python, this is what `return_exceptions=True` asks
//! for; in Rust it is the default, and `try_join_all` is the other way.
//!
//! A panic is no error in this sense: it is not in the `Result`, and it ends `ask_all` and all calls in it. Only a
//! task stops a panic, and hands it on as a `JoinError`.
//!
//! Which of the two is right depends on the caller: if one missing part spoils the whole, fail fast; if every part
//! counts, collect. The type says which it is: `Result<Vec<Reply>, Error>` or `Vec<Result<Reply, Error>>`.
//!
//! Also right: tasks whose handles are awaited in order, after all were spawned; `FuturesOrdered`; `buffered` with
//! room for all; `JoinSet` or `FuturesUnordered` where each future brings the place of its prompt along.

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

/// Asks the model one thing.
async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

/// What became of each prompt, in the order of the prompts.
pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/collect_errors.rs"]
mod checks;
