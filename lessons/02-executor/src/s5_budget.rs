//! Stage 5: tasks take turns, also those that never have to wait.
//!
//! An executor cannot stop a future in the middle of a poll. A task lets the others run by saying `Pending`, and a task whose
//! every await is ready at once never says it. New: `yield_now`, which says it on purpose, and a budget, which says it for
//! those who forget.
//!
//! Queue and tasks are those of stage 2: being polled, and saying `Pending`, is all that it takes. Left out: time. A task
//! that computes for a second without an await still stops everything for a second (lesson 7).

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use crate::s2_run_queue;

// ANCHOR: yield_now
/// Lets every task that is in the queue now run once.
///
/// ```
/// use lesson_02_executor::s5_budget::{block_on, spawn, yield_now};
/// use std::sync::mpsc::channel;
///
/// let (count, counted) = channel();
/// block_on(async {
///     for _ in 0..2 {
///         let count = count.clone();
///         spawn(async move {
///             for n in 0..3 {
///                 count.send(n).unwrap();
///                 yield_now().await;
///             }
///         });
///     }
///     for _ in 0..3 {
///         yield_now().await;
///     }
/// });
/// assert_eq!(counted.try_iter().collect::<Vec<_>>(), [0, 0, 1, 1, 2, 2]);
/// ```
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// See [`yield_now`].
#[derive(Debug)]
#[must_use = "nothing yields until it is awaited"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        // The task is queued again while it is being polled. Without this line, nobody
        // would ever poll it again.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
// ANCHOR_END: yield_now

// ANCHOR: budget
/// How many ready results a task may take in one poll.
pub const BUDGET: u32 = 128;

thread_local! {
    /// `None` between two polls, and where nobody gives a budget: there, nobody waits for
    /// a turn.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Spends one of the budget. Ready at once while it lasts; when it is spent, the task goes
/// to the end of the queue. Outside [`block_on`] there is no budget, and it is always ready.
///
/// A channel, a lock, a timer calls this when it has something to give. So a task that only
/// awaits ready things gives way all the same, and its author need not think of it.
pub async fn consume_budget() {
    poll_fn(spend).await;
}

fn spend(context: &mut Context<'_>) -> Poll<()> {
    match LEFT.get() {
        Some(0) => {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        left => LEFT.set(left.map(|left| left - 1)),
    }
    Poll::Ready(())
}

/// Every poll begins with a full budget.
async fn with_budget<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        LEFT.set(Some(BUDGET));
        let polled = future.as_mut().poll(context);
        LEFT.set(None);
        polled
    })
    .await
}
// ANCHOR_END: budget

/// Runs a future, and the tasks it spawns, until the future is ready.
///
/// # Panics
/// As [`s2_run_queue::block_on`].
pub fn block_on<F: Future>(main_future: F) -> F::Output {
    s2_run_queue::block_on(with_budget(main_future))
}

/// Puts a new task in the queue.
///
/// # Panics
/// Outside [`block_on`].
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    s2_run_queue::spawn(with_budget(future));
}
