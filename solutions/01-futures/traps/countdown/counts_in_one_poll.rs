//! Trap: a loop counts down inside of one poll.
//! Caught by: is_ready_at_the_fourth_poll
//! Says: A poll does one step and returns

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
        while self.left > 0 {
            self.left -= 1;
            self.polls += 1;
            cx.waker().wake_by_ref();
        }
        Poll::Ready(self.polls)
    }
}
