//! # Back-pressure
//!
//! You pay for each token that is taken out of a model's stream, read or not. A relay stands between the model and a reader
//! with a pace of its own. `relay` takes tokens ahead of the reader, `capacity` of them at most, and no more than that:
//!
//! - A token is taken out of `tokens` only when there is room for it. Taken and not yet received: never more than `capacity`.
//!   While the reader is slow, all of the room is used.
//! - Each token, in order, and as soon as it comes. The receiver ends after the last one.
//! - When the reader leaves (drops the receiver), the relay ends at that moment, also while the model is silent: no token is
//!   taken any more, not even one that comes at that instant, and no task is left.
//!
//! Run: `cargo workbook check 05-queues/backpressure` · Read: book, chapter 5, A capacity, and who waits · 12 min

use std::pin::pin;

use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

/// Takes `tokens` ahead of whoever reads the receiver. Needs a runtime. The capacity is 1 or more.
pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
    todo!("a bounded channel, and a task that looks for room before it takes a token")
}

#[path = "checks/backpressure.rs"]
mod checks;
