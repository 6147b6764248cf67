//! # Pool size
//!
//! The pool for blocking work has as many threads as its runtime was built with, and no more: 512 unless told
//! otherwise. It is not yours alone. tokio's files use it, and so does the lookup of a host's name, before an "async"
//! client has sent a byte. In this server fifty exports hold all threads of the pool, and no request can be sent.
//!
//! `Exports` runs slow jobs on the pool, and leaves room for others. At most `at_most` of them are on the pool, running
//! or in its queue; and that many run, where there are so many. Who waits holds no thread, and does not ask again and
//! again; the first to be polled is the first to run. A place is free again as soon as its job has ended, whether or not
//! its caller has looked; a job that panics has ended, too, and is an error. A caller who gives up while it waits leaves
//! no job behind. One who gives up while its job runs cannot stop it: the job keeps its place until it has ended.
//!
//! Run: `cargo workbook check 07-blocking/pool_size` · Read: book, chapter 7, How large the pool is · 10 min

/// The job panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

/// Slow jobs, on the pool of the runtime.
pub struct Exports {
    at_most: usize,
}

impl Exports {
    /// At most so many at the same time; at least 1.
    pub fn new(at_most: usize) -> Self {
        Self { at_most }
    }

    /// Runs a job that holds its thread, and returns what it gives.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        todo!("wait for a place; then let the pool run the job, and give the place back when the job has ended")
    }
}

#[path = "checks/pool_size.rs"]
mod checks;
