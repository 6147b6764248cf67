//! A worker pool worth keeping: what was asked for comes back, and nothing else stays.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// The task took longer than the pool allows.
    TimedOut,
    /// The task panicked. The worker goes on.
    Panicked,
    /// The pool was aborted, or takes no more work.
    Stopped,
}

type Job = BoxFuture<'static, ()>;

// ANCHOR: pool
/// `workers` tasks that take jobs from one bounded queue.
#[derive(Debug)]
pub struct Pool {
    jobs: mpsc::Sender<Job>,
    workers: JoinSet<()>,
    limit: Duration,
}

impl Pool {
    /// Starts `workers` tasks, and a queue with room for `capacity` jobs. Each job has `limit` from its start.
    ///
    /// Dropped, the pool ends its workers, and whoever waits for a result hears [`Failed::Stopped`].
    ///
    /// # Panics
    /// Outside of a tokio runtime, and for a capacity of 0.
    pub fn start(workers: usize, capacity: usize, limit: Duration) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>(capacity);
        // One receiver, so the workers take turns at it. The lock is held while a worker waits for a job, not while it works.
        let queue = Arc::new(Mutex::new(queue));
        let mut set = JoinSet::new();
        for _ in 0..workers {
            let queue = Arc::clone(&queue);
            set.spawn(async move {
                while let Some(job) = next(&queue).await {
                    // A panic of the task itself is caught in the job. This one is a destructor's.
                    let _ = AssertUnwindSafe(job).catch_unwind().await;
                }
            });
        }
        Self { jobs, workers: set, limit }
    }

    /// Waits for room, then for the result. Dropped before that, the task is cancelled: at work at once, and in the queue when
    /// a worker comes to it.
    ///
    /// The future does not borrow the pool, so it goes on waiting while the pool drains. Nothing happens before its first poll.
    pub fn submit<T, F>(
        &self,
        task: F,
    ) -> impl Future<Output = Result<T, Failed>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (jobs, limit) = (self.jobs.clone(), self.limit);
        async move {
            let (mut reply, result) = oneshot::channel();
            let job = async move {
                if reply.is_closed() {
                    return; // The caller left while the job was in the queue.
                }
                let task = AssertUnwindSafe(timeout(limit, task)).catch_unwind();
                let outcome = tokio::select! {
                    biased;
                    () = reply.closed() => return, // The caller left: the task is dropped here.
                    outcome = task => outcome,
                };
                let _ = reply.send(match outcome {
                    Ok(Ok(value)) => Ok(value),
                    Ok(Err(_elapsed)) => Err(Failed::TimedOut),
                    Err(_panic) => Err(Failed::Panicked),
                });
            };
            jobs.send(job.boxed()).await.map_err(|_closed| Failed::Stopped)?;
            // While this sender lives, the queue is open, and a drain would wait for it.
            drop(jobs);
            result.await.unwrap_or(Err(Failed::Stopped))
        }
    }

    /// Takes no more work, and ends when all that was submitted is done. A submission that is kept and not polled holds it up.
    pub async fn drain(self) {
        let Self { jobs, mut workers, .. } = self;
        drop(jobs);
        while workers.join_next().await.is_some() {}
    }

    /// Ends when no task of the pool is alive. Whoever waits for a result hears [`Failed::Stopped`].
    pub async fn abort(mut self) {
        self.workers.shutdown().await;
    }
}

async fn next(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    queue.lock().await.recv().await
}
// ANCHOR_END: pool
