//! # Yield now
//!
//! Two counters share one thread. A task keeps its turn until it says `Pending`, so each counter yields after every number:
//! that lets the other tasks run, and comes back. The output must be 0, 0, 1, 1, 2, 2, on every executor (also on one that runs
//! inside of another), however far they count. The counter makes its `YieldNow` once and awaits it after each number, so each
//! `.await` of it must give up one turn.
//!
//! The code is there, and it is broken: the program hangs. When that is mended, the order is still wrong. Mend `poll`; `count`
//! is right as it is.
//!
//! Starts: lost wake-up
//! Run: `cargo workbook check 02-executor/yield_now` · Read: book, chapter 2, Stage 5: turns · 10 min

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Counts from 0, and lets the other tasks run after each number.
pub async fn count(to: u32, mut output: impl FnMut(u32)) {
    // One value for all the turns of this task.
    let mut turn = yield_now();
    for number in 0..to {
        output(number);
        (&mut turn).await;
    }
}

/// Gives up the turn of this task, once for each `.await`. The task goes on when the tasks that can run have had theirs.
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

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        if self.has_yielded {
            return Poll::Ready(());
        }
        self.has_yielded = true;
        Poll::Pending
    }
}

#[path = "checks/yield_now.rs"]
mod checks;
