//! Trap: it wakes a waker that wakes nobody.
//! Caught by: asks_for_the_next_poll
//! Says: nobody has been woken

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
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
        Waker::noop().wake_by_ref();
        Poll::Pending
    }
}
