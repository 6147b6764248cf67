//! Trap: one is taken off before the question, so the poll that brings `left` to 0 is ready already.
//! Caught by: is_ready_at_the_fourth_poll
//! Says: saw Pending, Pending, Ready
//! Says: Look at `left` before you take one off

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
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return Poll::Ready(self.polls);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
