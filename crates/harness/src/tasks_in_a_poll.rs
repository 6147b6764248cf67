//! Which tasks are being polled, on a runtime that a check has built for itself.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

use tokio::runtime::Builder;

/// Counts the tasks that are being polled on the runtime of a check. Clones count the same.
///
/// Without `--cfg tokio_unstable` there is nothing to count, and nobody is waited for.
///
/// ```
/// use harness::TasksInAPoll;
/// use tokio::runtime::Builder;
///
/// let mut builder = Builder::new_multi_thread();
/// let tasks = TasksInAPoll::of(builder.worker_threads(2));
/// let runtime = builder.build().expect("a runtime without sockets needs nothing");
/// runtime.block_on(async {
///     let aborted = tokio::spawn(std::future::pending::<()>());
///     aborted.abort();
///     // It may be in the middle of a poll, and no other one begins.
///     tasks.at_most(0).await;
/// });
/// ```
#[derive(Clone, Debug, Default)]
pub struct TasksInAPoll {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    tasks: usize,
    /// Who is told when a poll has ended.
    waits: Option<Waker>,
}

impl TasksInAPoll {
    /// Counts those of the runtime that this builder will build. It takes the builder's hooks before and after a poll.
    #[cfg(tokio_unstable)]
    pub fn of(builder: &mut Builder) -> Self {
        let tasks = Self::default();
        let (begins, ends) = (tasks.clone(), tasks.clone());
        builder.on_before_task_poll(move |_| begins.lock().tasks += 1);
        builder.on_after_task_poll(move |_| {
            let mut state = ends.lock();
            state.tasks -= 1;
            let told = state.waits.take();
            drop(state);
            told.into_iter().for_each(Waker::wake);
        });
        tasks
    }

    /// Nothing can be counted without `--cfg tokio_unstable`.
    #[cfg(not(tokio_unstable))]
    pub fn of(_: &mut Builder) -> Self {
        Self::default()
    }

    /// Waits until no more than this many tasks are being polled: 0, or 1 where the caller is itself in a task. Whoever aborts
    /// a task does not stop it at once: the poll that it is in comes to its end first.
    ///
    /// One caller at a time: a second one takes the place of the first.
    pub async fn at_most(&self, tasks: usize) {
        poll_fn(|context| {
            let mut state = self.lock();
            if state.tasks <= tasks {
                return Poll::Ready(());
            }
            state.waits = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
