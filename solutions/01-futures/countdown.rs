//! # Countdown: a solution
//!
//! A future is a value with a method: "go on as far as you can, and tell me whether you are ready". Between two polls
//! nothing of it runs. All that it remembers is in its fields.
//!
//! `Pending` is a promise to call the waker. A timer or a socket calls it later; a countdown that only wants to go to the
//! end of the queue calls it at once, before it returns. Without the call there is no second poll, and the program hangs
//! without a word: a lost wake-up. With the call and without progress it would be polled for ever: a busy loop.
//!
//! This is all that `tokio::task::yield_now` does, with a countdown from 1.
//!
//! Also right: `wake_by_ref` on a clone, or `cx.waker().clone().wake()`; one clone more, the same effect. And a `match`
//! on `left` that returns from its arms.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Is ready at the poll after `left` polls that were not.
#[derive(Debug)]
pub struct Countdown {
    left: u32,
    polls: u32,
}

impl Countdown {
    /// Counts nothing yet.
    pub fn from(number: u32) -> Self {
        Self { left: number, polls: 0 }
    }
}

impl Future for Countdown {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        self.polls += 1;
        if self.left == 0 {
            return Poll::Ready(self.polls);
        }
        self.left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/countdown.rs"]
mod checks;
