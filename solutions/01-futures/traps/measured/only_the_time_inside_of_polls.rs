//! Trap: the clock runs only while the future is polled, so the wait itself is not measured.
//! Caught by: measures_the_whole_wait
//! Says: Most of the time of a future passes between its polls

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project::pin_project;
use tokio::time::Instant;

/// What was measured of one future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// All polls, with the one that was ready.
    pub polls: u32,
    /// From the first poll to the last.
    pub took: Duration,
}

/// A future that measures another one.
#[pin_project]
#[derive(Debug)]
pub struct Measured<F> {
    #[pin]
    future: F,
    polls: u32,
    took: Duration,
}

/// Measures a future.
pub fn measured<F: Future>(future: F) -> Measured<F> {
    Measured { future, polls: 0, took: Duration::ZERO }
}

impl<F: Future> Future for Measured<F> {
    type Output = (F::Output, Measure);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let began = Instant::now();
        *this.polls += 1;
        let poll = this.future.poll(cx);
        *this.took += began.elapsed();
        poll.map(|output| (output, Measure { polls: *this.polls, took: *this.took }))
    }
}
