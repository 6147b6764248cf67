//! # Measured: a solution
//!
//! To poll a future one needs a `Pin<&mut F>`: a promise that the future stays where it is from now on. The wrapper is
//! pinned itself, so its fields stay where they are as well; `self.project()` of pin-project hands this promise on to the
//! fields that are marked `#[pin]`, and gives plain `&mut` to all others. Without the mark, `project()` gives a
//! `&mut F`, and the compiler says that `F` cannot be unpinned.
//!
//! The wrapper wakes nobody and keeps no waker: it hands `cx` on, and the future inside leaves the waker where it belongs.
//! It adds no poll, and no time: whoever awaits `measured(future)` sees the run of `future`.
//!
//! Also right: the future in a `Pin<Box<F>>`, which needs no pin-project and costs an allocation for each future; an
//! `async` block with `poll_fn`, where `pin!` does the work.

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
        let this = self.project();
        let started = this.started.get_or_insert_with(Instant::now);
        *this.polls += 1;
        let measure = |polls| Measure { polls, took: started.elapsed() };
        this.future.poll(cx).map(|output| (output, measure(*this.polls)))
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/measured.rs"]
mod checks;
