//! # Measured
//!
//! `measured(future)` wraps a future of any kind, one that reads a reply token by token, say: `F: Future` is all that it
//! asks for, and where the future may be sent to another thread, so may the wrapper. Its output is the future's own, with
//! a measure: the number of polls, the time from the first poll to the last, and the longest silence, from one poll to
//! the next. A poll counts from the instant at which it begins. Two things are missing: the mark `#[pin]` on the field
//! that has to be pinned, and `poll`.
//!
//! Run: `cargo workbook check 01-futures/measured` · Read: book, chapter 1, Around a future: `Pin` · 15 min

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project::pin_project;
use tokio::time::Instant;

/// What was measured of one future.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// All polls, with the one that was ready.
    pub polls: u32,
    /// From the beginning of the first poll to that of the last.
    pub took: Duration,
    /// The longest time from the beginning of one poll to that of the next.
    pub silence: Duration,
}

/// A future that measures another one.
#[pin_project]
#[derive(Debug)]
pub struct Measured<F> {
    future: F,
    /// What was measured so far.
    measure: Measure,
    /// When the last poll began.
    last_poll: Option<Instant>,
}

/// Measures a future.
pub fn measured<F: Future>(future: F) -> Measured<F> {
    Measured { future, measure: Measure::default(), last_poll: None }
}

impl<F: Future> Future for Measured<F> {
    type Output = (F::Output, Measure);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("measure the time since the last poll, count this one, poll the future, and pass on what it says")
    }
}

#[path = "checks/measured.rs"]
mod checks;
