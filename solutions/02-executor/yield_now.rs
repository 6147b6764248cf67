//! # Yield now: a solution
//!
//! Two lines were missing. `Pending` gives the turn away, and the *wake* gets a new one: it puts the task at the end of the
//! queue, behind those that wait for their turn already. Nobody else would call the waker, for the task waits for nothing.
//!
//! And the field is what the future remembers from one poll to the next: here, whether a yield has begun. When the yield is
//! over, there is nothing more to remember, and the field goes back to its first state. `mem::replace` or a `!` would do both
//! steps at once. Most futures are used up by their first `Ready`, and one that is awaited again may panic; a future that
//! promises more has to say so, as this one does.
//!
//! The wake comes *before* `Pending`, while the task is still being polled. An executor must keep such a wake; the exercises
//! `block_on` and `run_queue` have met it. tokio calls the waker a little later, when it has looked for I/O, and its
//! `yield_now` promises no order.
//!
//! Also right: a counter of polls, odd and even; `poll_fn` with a variable, where the closure is `Unpin`.

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

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.has_yielded {
            // The next `.await` is another yield.
            self.has_yielded = false;
            return Poll::Ready(());
        }
        self.has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/yield_now.rs"]
mod checks;
