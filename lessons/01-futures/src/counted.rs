//! A wrapper around any future. To poll what is inside, it has to hand the promise of `Pin` on.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project::pin_project;

// ANCHOR: counted
/// Counts the polls of a future, and gives their number with its output.
#[pin_project]
#[derive(Debug)]
pub struct Counted<F> {
    /// Pinned: `project()` gives a `Pin<&mut F>`, and that is what `poll` wants.
    #[pin]
    future: F,
    /// Not pinned: `project()` gives a plain `&mut u32`.
    polls: u32,
}

impl<F: Future> Future for Counted<F> {
    type Output = (F::Output, u32);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        *this.polls += 1;
        this.future.poll(cx).map(|output| (output, *this.polls))
    }
}

/// Counts the polls of any future.
pub fn counted<F: Future>(future: F) -> Counted<F> {
    Counted { future, polls: 0 }
}
// ANCHOR_END: counted
