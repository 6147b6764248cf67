//! # Hedge: a solution
//!
//! `pin!` puts the call into a variable of its own. `timeout` gets only a borrow of it, so when the time is over the
//! borrow is gone and the call is not: it is still in flight, with all the waiting done so far.
//!
//! `select_ok` then polls both calls and is ready with the first `Ok`. It keeps waiting after an error, as long as a call
//! is left, and gives back the last error where none is. Both calls live in this function, so the loser is dropped when
//! it returns: that ends the call.
//!
//! Choose the delay from your own latencies. At their 95th percentile, one question in twenty is sent twice, and the
//! slowest answers are gone. What an early error means is a matter of taste: gRPC's hedging sends the next call at once.
//! Here it is returned, because a hedge is against slowness, and retries have a lesson of their own.
//!
//! Also right: `select!` in a loop, with a condition for each branch whose future is done; `futures::future::select`,
//! which gives back the future that is not ready; two futures of one type in a `FuturesUnordered`; two tasks in a
//! `JoinSet`, which aborts the loser when it is dropped.

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

/// Asks one model.
async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

/// The first reply of atlas, which is asked now, and birch, which is asked after `delay`. Two calls at most.
pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut first = pin!(ask(llm, "atlas", prompt));
    if let Ok(in_time) = timeout(delay, &mut first).await {
        return in_time;
    }
    let second = pin!(ask(llm, "birch", prompt));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/hedge.rs"]
mod checks;
