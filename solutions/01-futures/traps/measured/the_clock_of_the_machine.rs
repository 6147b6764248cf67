//! Trap: `std::time::Instant` does not know of tokio's clock, and of virtual time.
//! Caught by: measures_the_whole_wait
//! Says: The clock of `std` does not know of virtual time

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use pin_project::pin_project;

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
        let this = self.project();
        let started = this.started.get_or_insert_with(Instant::now);
        *this.polls += 1;
        let measure = |polls| Measure { polls, took: started.elapsed() };
        this.future.poll(cx).map(|output| (output, measure(*this.polls)))
    }
}
