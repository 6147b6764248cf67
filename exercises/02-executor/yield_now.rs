//! # Yield now
//!
//! Two counters share one thread. A task keeps its turn until it says `Pending`, so each counter awaits `yield_now()` after
//! every number: that lets the other tasks run, and comes back. The output must be 0, 0, 1, 1, 2, 2, on every executor.
//!
//! Run: `cargo workbook check 02-executor/yield_now` · Read: book, chapter 2 · 10 min

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
        todo!("pending at the first poll, ready at the second one; and see to it that there is a second one")
    }
}

#[path = "checks/yield_now.rs"]
mod checks;
