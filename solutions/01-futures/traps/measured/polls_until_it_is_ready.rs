//! Trap: one poll of the wrapper polls the future until it is ready.
//! Caught by: counts_every_poll
//! Says: A loop that polls it until it is ready holds the thread

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
    /// When the first poll began.
    started: Option<Instant>,
}

/// Measures a future.
pub fn measured<F: Future>(future: F) -> Measured<F> {
    Measured { future, polls: 0, started: None }
}

impl<F: Future> Future for Measured<F> {
    type Output = (F::Output, Measure);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let started = this.started.get_or_insert_with(Instant::now);
        loop {
            *this.polls += 1;
            if let Poll::Ready(output) = this.future.as_mut().poll(cx) {
                return Poll::Ready((output, Measure { polls: *this.polls, took: started.elapsed() }));
            }
        }
    }
}
