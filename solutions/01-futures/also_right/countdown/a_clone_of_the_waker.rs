//! Also right: a clone of the waker is woken by value.

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
        match self.left.checked_sub(1) {
            None => Poll::Ready(self.polls),
            Some(left) => {
                self.left = left;
                cx.waker().clone().wake();
                Poll::Pending
            }
        }
    }
}
