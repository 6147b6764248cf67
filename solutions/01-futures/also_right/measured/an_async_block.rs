//! Also right: an `async` block around `poll_fn`, where `pin!` pins the future.

use std::{future::poll_fn, pin::pin, time::Duration};

use tokio::time::Instant;

/// What was measured of one future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// All polls, with the one that was ready.
    pub polls: u32,
    /// From the first poll to the last.
    pub took: Duration,
}

/// Measures a future.
pub async fn measured<F: Future>(future: F) -> (F::Output, Measure) {
    let mut future = pin!(future);
    let started = Instant::now();
    let mut polls = 0;
    let counted = poll_fn(|cx| {
        polls += 1;
        future.as_mut().poll(cx)
    });
    let output = counted.await;
    (output, Measure { polls, took: started.elapsed() })
}
