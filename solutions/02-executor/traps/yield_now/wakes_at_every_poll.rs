//! Trap: the waker is called at every poll, also at the last one.
//! Caught by: yields_once_and_comes_back
//! Says: the second poll has called a waker again

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Counts from 0, and lets the other tasks run after each number.
pub async fn count(to: u32, mut output: impl FnMut(u32)) {
    for number in 0..to {
        output(number);
        yield_now().await;
    }
}

/// Gives up the turn of this task, once. The task goes on when the tasks that can run have had theirs.
pub fn yield_now() -> YieldNow {
    YieldNow { has_yielded: false }
}

#[derive(Debug)]
#[must_use = "nothing yields until it is awaited"]
pub struct YieldNow {
    has_yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        context.waker().wake_by_ref();
        if self.has_yielded {
            return Poll::Ready(());
        }
        self.has_yielded = true;
        Poll::Pending
    }
}
