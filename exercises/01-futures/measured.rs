//! # Measured
//!
//! `measured(future)` wraps a future of any kind. Its output is the future's own, with the number of polls, and with the
//! time from the first poll to the last. Two things are missing: the mark `#[pin]` on the field that has to be pinned, and
//! `poll`.
//!
//! Run: `cargo workbook check 01-futures/measured` · Read: book, chapter 1 · 15 min

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
        todo!("count this poll, start the clock if it is the first, poll the future, and pass on what it says")
    }
}

#[path = "checks/measured.rs"]
mod checks;
