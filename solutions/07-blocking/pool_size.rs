//! # Pool size: a solution
//!
//! A semaphore of one's own stands before the pool. Who has no permit waits in its own future: it holds no thread and
//! no place in the pool's queue, so a lookup finds a thread. The semaphore is fair: who asked first is next.
//!
//! The permit is owned, and moves into the closure. It is dropped when the closure ends: by a return, by a panic, and
//! also where nobody waits for the job any more. A permit in the async function would be dropped with the function,
//! while the thread is still busy.
//!
//! A larger pool is the other answer, and it moves the wall: each blocked thread has a stack, and the 513th job waits
//! again. Jobs that compute want as many threads as there are processors, not 512.
//!
//! Also right: threads of one's own, as many as `at_most`, where each job travels with a oneshot channel for its
//! answer, and one whose caller has gone is passed over.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};

/// The job panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

/// Slow jobs, on the pool of the runtime.
pub struct Exports {
    places: Arc<Semaphore>,
}

impl Exports {
    /// At most so many at the same time; at least 1.
    pub fn new(at_most: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_most)) }
    }

    /// Runs a job that holds its thread, and returns what it gives.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
        let place = self.places.clone().acquire_owned().await.expect("nobody closes the semaphore");
        let on_the_pool = spawn_blocking(move || {
            let _place = place;
            job()
        });
        on_the_pool.await.map_err(|_| Panicked)
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/pool_size.rs"]
mod checks;
