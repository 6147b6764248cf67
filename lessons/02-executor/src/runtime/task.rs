//! A task: a future whose output type is forgotten, and what is known of it.

use std::{
    any::Any,
    panic::Location,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::join::JoinError;

/// A future whose output type is forgotten, so that tasks of all types fit one vector.
///
/// Every future is one, without a wrapper: a task's allocation is as large as its future. Boxing the output costs a second
/// allocation when the task ends, and none when the output has no size.
pub(super) trait AnyFuture {
    fn poll_any(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Box<dyn Any>>;
}

impl<F: Future<Output: 'static>> AnyFuture for F {
    fn poll_any(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Box<dyn Any>> {
        self.poll(context).map(|output| Box::new(output) as Box<dyn Any>)
    }
}

pub(super) type BoxedFuture = Pin<Box<dyn AnyFuture>>;

pub(super) struct Task {
    pub(super) stage: Stage,
    /// Who awaits the handle.
    pub(super) joiner: Option<Waker>,
    pub(super) name: Option<Box<str>>,
    pub(super) spawned_at: &'static Location<'static>,
    /// Whether it stands in the run queue. Two wakes queue it once.
    pub(super) queued: bool,
    pub(super) has_handle: bool,
    pub(super) aborted: bool,
    pub(super) polls: u32,
    /// In nanoseconds since the runtime began.
    pub(super) last_poll: u64,
}

pub(super) enum Stage {
    /// Waiting for a wake, or for its turn.
    Idle(BoxedFuture),
    /// Taken out to be polled. The future given to `block_on` is always out: it may borrow, so it stays on the caller's
    /// stack. In everything else it is a task like the others.
    Running,
    /// Nobody has asked for the result yet.
    Finished(Result<Box<dyn Any>, JoinError>),
}

impl Task {
    pub(super) fn new(
        stage: Stage,
        name: Option<Box<str>>,
        spawned_at: &'static Location<'static>,
    ) -> Self {
        let has_handle = matches!(stage, Stage::Idle(_));
        Self {
            stage,
            joiner: None,
            name,
            spawned_at,
            queued: false,
            has_handle,
            aborted: false,
            polls: 0,
            last_poll: 0,
        }
    }
}
