//! Also right: the future is behind a pointer, so the wrapper may be moved and needs no pin-project.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

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
#[derive(Debug)]
pub struct Measured<F> {
    future: Pin<Box<F>>,
    polls: u32,
    /// When the first poll began.
    started: Option<Instant>,
}

/// Measures a future.
pub fn measured<F: Future>(future: F) -> Measured<F> {
    Measured { future: Box::pin(future), polls: 0, started: None }
}

impl<F: Future> Future for Measured<F> {
    type Output = (F::Output, Measure);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.polls += 1;
        let started = *self.started.get_or_insert_with(Instant::now);
        let poll = self.future.as_mut().poll(cx);
        poll.map(|output| (output, Measure { polls: self.polls, took: started.elapsed() }))
    }
}
