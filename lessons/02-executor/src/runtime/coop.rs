//! Fairness: a task that is always ready must still let the others run.
//!
//! The runtime cannot stop a future in the middle of a poll. A future gives up its turn by returning `Pending`, and one
//! whose every await is ready never does. So the awaits of this runtime count: after [`BUDGET`] ready results in one poll,
//! the next one wakes the task and says `Pending` instead. The task goes to the end of the queue and comes back.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use super::executor::Executor;

/// Ready results per poll. tokio's number.
pub(super) const BUDGET: u32 = 128;

/// Lets every task that is queued now run once, then goes on.
///
/// ```
/// use lesson_02_executor::runtime::{block_on, spawn, yield_now};
/// use std::{cell::RefCell, rc::Rc};
///
/// let trace = Rc::new(RefCell::new(String::new()));
/// block_on(async {
///     let tasks = ["a", "b", "c"].map(|name| {
///         let trace = Rc::clone(&trace);
///         spawn(async move {
///             for _ in 0..2 {
///                 trace.borrow_mut().push_str(name);
///                 yield_now().await;
///             }
///         })
///     });
///     for task in tasks {
///         task.await.unwrap();
///     }
/// });
/// assert_eq!(*trace.borrow(), "abcabc");
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

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        // The wake comes first and the `Pending` after it: the task is queued again while it is still being polled.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Counts as one ready result: returns at once while the task's budget lasts, and yields when it is spent.
///
/// For a loop whose awaits are not of this runtime and are often ready, such as a channel that is never empty.
///
/// ```
/// use lesson_02_executor::runtime::{block_on, consume_budget, spawn};
///
/// block_on(async {
///     let greedy = spawn(async {
///         loop {
///             consume_budget().await;
///         }
///     });
///     // Without the line above, this task would never have a turn.
///     spawn(async move { greedy.abort() }).await.unwrap();
/// });
/// ```
pub async fn consume_budget() {
    poll_fn(spend).await;
}

/// To be called when a result is ready and about to be given. Outside a runtime there is nobody to be fair to.
#[inline]
pub(super) fn spend(context: &mut Context<'_>) -> Poll<()> {
    let left = Executor::try_with(|executor| {
        let left = executor.budget.get();
        executor.budget.set(left.saturating_sub(1));
        left
    });
    if left == Some(0) {
        context.waker().wake_by_ref();
        return Poll::Pending;
    }
    Poll::Ready(())
}
