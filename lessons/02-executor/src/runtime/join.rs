//! Handles: await a task's result, or abort it.
//!
//! A handle is a place in the runtime's vector, like a waker. The result lies in that place until the handle takes it.

use std::{
    any::Any,
    error::Error,
    fmt,
    marker::PhantomData,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use super::{coop, executor::Executor, run::drop_quietly, task::Stage, tasks::TaskId};

/// Awaits the result of a task. Dropping it detaches the task, which runs on.
///
/// Awaiting is cancel safe: when a handle that is not ready is dropped, no result is lost that anybody else could have.
pub struct JoinHandle<T> {
    executor: Rc<Executor>,
    task: TaskId,
    taken: bool,
    output: PhantomData<fn() -> T>,
}

/// Why a task has no result.
pub enum JoinError {
    /// It panicked. The payload can be given to [`resume_unwind`](std::panic::resume_unwind).
    Panicked(Box<dyn Any + Send>),
    /// [`JoinHandle::abort`] was called, or the `block_on` that ran the task has ended: it drops all tasks, and the results
    /// that nobody has taken. (tokio keeps those.)
    Aborted,
}

impl<T> JoinHandle<T> {
    pub(super) fn new(executor: Rc<Executor>, task: TaskId) -> Self {
        Self { executor, task, taken: false, output: PhantomData }
    }

    /// Ends the task at its next turn: its future is dropped instead of polled. A task that has finished keeps its result.
    ///
    /// ```
    /// use lesson_02_executor::runtime::{JoinError, block_on, spawn};
    ///
    /// let result = block_on(async {
    ///     let forever = spawn(std::future::pending::<()>());
    ///     forever.abort();
    ///     forever.await
    /// });
    /// assert!(matches!(result, Err(JoinError::Aborted)));
    /// ```
    pub fn abort(&self) {
        let mut core = self.executor.core.borrow_mut();
        if let Some(task) = core.tasks.get_mut(self.task) {
            task.aborted = true;
            // Not dropped here: a future that aborts another when it is dropped, which aborts another, would take as much
            // stack as there are tasks.
            core.schedule(self.task);
        }
    }

    /// Whether the task has ended: ready, panicked or aborted.
    pub fn is_finished(&self) -> bool {
        let core = self.executor.core.borrow();
        core.tasks
            .get(self.task)
            .is_none_or(|task| matches!(task.stage, Stage::Finished(_)))
    }
}

impl<T: 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    /// When polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.taken, "a JoinHandle was polled after it had given its result");
        if !self.is_finished() {
            self.set_joiner(context);
            return Poll::Pending;
        }
        ready!(coop::spend(context));
        self.taken = true;
        let task = self.executor.core.borrow_mut().tasks.remove(self.task);
        Poll::Ready(match task.map(|task| task.stage) {
            Some(Stage::Finished(Ok(output))) => {
                Ok(*output.downcast().expect("a handle has its task's output type"))
            }
            Some(Stage::Finished(Err(error))) => Err(error),
            _ => Err(JoinError::Aborted),
        })
    }
}

impl<T> JoinHandle<T> {
    fn set_joiner(&self, context: &Context<'_>) {
        let core = self.executor.core.borrow();
        let known = core.tasks.get(self.task).and_then(|task| task.joiner.as_ref());
        if known.is_some_and(|joiner| joiner.will_wake(context.waker())) {
            return;
        }
        drop(core);
        let joiner = context.waker().clone();
        let mut core = self.executor.core.borrow_mut();
        let former =
            core.tasks.get_mut(self.task).and_then(|task| task.joiner.replace(joiner));
        drop(core);
        drop(former);
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if self.taken {
            // The task went with its result.
            return;
        }
        let mut core = self.executor.core.borrow_mut();
        let Some(task) = core.tasks.get_mut(self.task) else { return };
        task.has_handle = false;
        let joiner = task.joiner.take();
        let finished =
            matches!(task.stage, Stage::Finished(_)).then(|| core.tasks.remove(self.task));
        drop(core);
        drop(joiner);
        // The output goes with its handle, whatever its destructor does: it is no fault of the one who drops the handle.
        drop_quietly(finished);
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

impl JoinError {
    /// What a panic said, if it was said in words.
    pub fn message(&self) -> Option<&str> {
        let Self::Panicked(payload) = self else { return None };
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| payload.downcast_ref::<&str>().copied())
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panicked(_) => f.debug_tuple("Panicked").field(&self.message()).finish(),
            Self::Aborted => f.write_str("Aborted"),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.message()) {
            (Self::Aborted, _) => f.write_str("the task was aborted"),
            (_, Some(message)) => write!(f, "the task panicked: {message}"),
            (_, None) => f.write_str("the task panicked"),
        }
    }
}

impl Error for JoinError {}
