//! Stage 3: `spawn` returns a handle, and a panic ends one task only.
//!
//! New: the task's result goes to a place that it shares with the handle. The handle is a future: it waits for the result
//! as any future waits for anything, by leaving its waker there. Dropping it detaches the task, which runs on.
//!
//! The executor is that of stage 2, unchanged: a handle needs nothing from it but `spawn`. That is why join handles, channels
//! and locks can be written once, for every runtime.
//!
//! Left out: a task still cannot wait for time, and it cannot be aborted. And a panic in the destructor of a future is not
//! caught.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::s2_run_queue;
pub use crate::s2_run_queue::block_on;

// ANCHOR: spawn
/// Starts a task.
///
/// ```
/// use lesson_02_executor::s3_join_handle::{block_on, spawn};
///
/// let (fine, failed) = block_on(async {
///     let fine = spawn(async { 1 + 1 });
///     let failed = spawn(async { panic!("no answer") });
///     (fine.await, failed.await)
/// });
/// assert_eq!(fine.unwrap(), 2);
/// assert_eq!(failed.unwrap_err().downcast_ref(), Some(&"no answer"));
/// ```
///
/// # Panics
/// Outside [`block_on`].
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let shared = Arc::new(Mutex::new(Shared { result: None, joiner: None }));
    let handle = JoinHandle { shared: Arc::clone(&shared), is_over: false };
    s2_run_queue::spawn(async move {
        let result = caught(future).await;
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.result = Some(result);
        let joiner = shared.joiner.take();
        drop(shared);
        if let Some(joiner) = joiner {
            joiner.wake();
        }
    });
    handle
}

/// A future that is ready with the panic's payload when the future inside panics.
async fn caught<F: Future>(future: F) -> Result<F::Output, Panic> {
    let mut future = Box::pin(future);
    poll_fn(|context| {
        // After a panic the future is dropped, and nobody looks at what the panic left half
        // done.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
// ANCHOR_END: spawn

/// What a panic carried: most often a `&str` or a `String`.
pub type Panic = Box<dyn Any + Send>;

// ANCHOR: join_handle
/// Waits for a task's result.
#[derive(Debug)]
pub struct JoinHandle<T> {
    shared: Arc<Mutex<Shared<T>>>,
    /// Whether it has given the result. There is no second one to wait for.
    is_over: bool,
}

#[derive(Debug)]
struct Shared<T> {
    result: Option<Result<T, Panic>>,
    joiner: Option<Waker>,
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, Panic>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.is_over, "a JoinHandle was polled after it had given its result");
        // Wakers are cloned and dropped outside of the lock: a waker may do anything.
        let newest = context.waker().clone();
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = shared.result.take() {
            drop(shared);
            self.is_over = true;
            return Poll::Ready(result);
        }
        // The newest waker, not the first: the handle may have moved to another task since.
        let former = shared.joiner.replace(newest);
        drop(shared);
        drop(former);
        Poll::Pending
    }
}
// ANCHOR_END: join_handle
