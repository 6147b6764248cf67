//! A stream by hand: `poll_next`, and what it must keep between two polls.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::Stream;
use tokio::time::{Sleep, sleep};

// ANCHOR: counted
/// The numbers from 0 up to `end`, one every `period`, the first after one `period`.
#[derive(Debug)]
pub struct Counted {
    next: u32,
    end: u32,
    period: Duration,
    /// The wait for the number that comes next. It is boxed, so that this type may move
    /// while the timer may not.
    wait: Pin<Box<Sleep>>,
}

/// Counts from 0 up to `end`, which does not come any more.
pub fn counted(end: u32, period: Duration) -> Counted {
    Counted { next: 0, end, period, wait: Box::pin(sleep(period)) }
}

impl Stream for Counted {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.next == self.end {
            // After the end, always the end. The timer is not asked again: it has fired.
            return Poll::Ready(None);
        }
        // `Pending` only where the timer said it: it has our waker now.
        ready!(self.wait.as_mut().poll(context));
        let number = self.next;
        self.next += 1;
        let next = self.wait.deadline() + self.period;
        self.wait.as_mut().reset(next);
        Poll::Ready(Some(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.end - self.next) as usize;
        (left, Some(left))
    }
}
// ANCHOR_END: counted
