//! # Measured: a solution
//!
//! To poll a future one needs a `Pin<&mut F>`: a promise that the future stays where it is from now on. The wrapper is
//! pinned itself, so its fields stay where they are as well; `self.project()` of pin-project hands this promise on to
//! the fields that are marked `#[pin]`, and gives plain `&mut` to all others. Without the mark, `project()` gives a
//! `&mut F`, and the compiler says that `F` cannot be unpinned. The mark also decides who may move the wrapper: it is
//! `Unpin` if its future is. `unsafe { Pin::new_unchecked(…) }` without the mark compiles, and leaves the wrapper
//! `Unpin`: then safe code may move a future that is pinned.
//!
//! The wrapper wakes nobody and keeps no waker: it hands `cx` on, and the future inside leaves the waker where it
//! belongs. It adds no poll, and no time: whoever awaits `measured(future)` sees the run of `future`.
//!
//! A silence is the time from one poll to the next, so one instant has to be remembered: that of the last poll. The sum
//! of all of them is the whole time. The clock is read before the future is polled: a poll may take time itself, and
//! then the beginning and the end of it are two instants. Nothing else decides what is measured: not who polls, nor
//! whether anybody was woken, nor how short or long a silence is.
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
    #[pin]
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
        let this = self.project();
        let now = Instant::now();
        let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
        let Measure { polls, took, silence: longest } = *this.measure;
        *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
        this.future.poll(cx).map(|output| (output, *this.measure))
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/measured.rs"]
mod checks;
