//! # Give up: a solution
//!
//! `timeout(limit, call)` is a future that owns the call. At each poll it polls the call first, and then looks at its timer: so an answer
//! at the last instant is in time. When the timer wins, `timeout` ends, and the call is dropped with it. To drop is to cancel.
//!
//! There are two results, one in the other. The outer one says whether the time was enough, the inner one what the model said.
//!
//! Each call has a `timeout` of its own, and its clock starts when `timeout` is called, not at its first poll. So all of them are made
//! at the same time. A timeout round the whole would lose the answers that are there.
//!
//! Also right: one `deadline` for all and `timeout_at`; a `JoinSet`, which aborts its tasks when it is dropped.

use std::time::Duration;

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// The limit was over.
    TooLate,
    /// What the model said in place of an answer.
    Model(Error),
}

/// Asks all `models`, by name, and gives each of them `limit`.
pub async fn ask_each(llm: &MockLlm, models: &[&str], question: &str, limit: Duration) -> Vec<Result<Reply, Failed>> {
    let calls = models.iter().map(|name| {
        let call = timeout(limit, llm.model(name).complete(question));
        async {
            match call.await {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(_elapsed) => Err(Failed::TooLate),
            }
        }
    });
    join_all(calls).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/give_up.rs"]
mod checks;
