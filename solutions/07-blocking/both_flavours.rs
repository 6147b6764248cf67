//! # Both flavours: a solution
//!
//! `block_in_place` blocks the thread that it is called on, and first hands the other *tasks* of this thread to another one. So
//! it needs a runtime with several threads, and panics on one without them (and inside a `LocalSet`, whose tasks cannot go).
//! And what stands in the same *task* does not go on at all: a task is on one thread, and that one is busy.
//!
//! `spawn_blocking` needs nothing of this: every runtime has a pool, and here the task only waits. The price is that the job
//! must own what it works on (`'static`). The borrow is what made `block_in_place` so tempting; a clone of the `Arc` and a
//! copy of the texts mend it.
//!
//! A panic of the job comes back as a `JoinError`. `resume_unwind` goes on with it as if the job had been a call.
//!
//! Also right: a thread and a `oneshot`; a job for each message. Where a library has to know on which runtime it is,
//! `Handle::current().runtime_flavor()` says it; but code that branches by it has one branch that no test runs.

use std::{panic::resume_unwind, sync::Arc};

use tokio::task::spawn_blocking;

/// Counts the tokens of a text. It computes, and takes its time.
pub trait Tokenizer: Send + Sync {
    fn count(&self, text: &str) -> usize;
}

/// The newest messages that together have `limit` tokens at most.
pub async fn fit(tokenizer: &Arc<dyn Tokenizer>, messages: &[String], limit: usize) -> Vec<String> {
    // The job may outlive this future, so it owns what it works on. A copy of the texts is cheap beside counting them.
    let (tokenizer, messages) = (tokenizer.clone(), messages.to_vec());
    let job = spawn_blocking(move || newest(&*tokenizer, &messages, limit));
    job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// What `fit` returns. It is right, and it blocks.
fn newest(tokenizer: &dyn Tokenizer, messages: &[String], limit: usize) -> Vec<String> {
    let mut left = limit;
    let mut fits = |message: &&String| {
        let rest = left.checked_sub(tokenizer.count(message));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let mut newest: Vec<String> = messages.iter().rev().take_while(|message| fits(message)).cloned().collect();
    newest.reverse();
    newest
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/both_flavours.rs"]
mod checks;
