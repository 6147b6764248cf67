//! # Worker pool
//!
//! A pool of `workers` answers questions. Each worker works on one at a time, and no worker is idle while a question waits.
//! Questions are taken in the order in which they came. `ask` waits while `capacity` questions wait for a worker, and gives back
//! the place where the answer will come. An `ask` that is given up while it waits for room has asked nothing.
//! The pool below works in a demo, and has five faults. Mend it:
//!
//! - One worker works, and the others look on.
//! - A panic in a call ends the worker. It must become this question's result, with the words of the panic:
//!   `Failed::Panicked("…")`. Everybody else is answered, by as many workers as before.
//! - Somebody who leaves (drops the `Answer`) goes on to be worked for. A call that runs is to be dropped at that moment, and
//!   its worker is free; a question that waits is never asked.
//! - `shut_down` returns at once. It must return when all accepted questions have been answered and no task is left.
//! - A pool that is dropped leaves tasks behind. It must take them along, and so must a `shut_down` that is dropped before it
//!   has returned.
//!
//! Starts: too slow
//! Run: `cargo workbook check 05-queues/worker_pool` · Read: book, chapter 5, A worker pool worth keeping · 20 min

use std::sync::Arc;

use mock_llm::{Error, MockLlm, Reply};
use tokio::sync::{Mutex, mpsc, oneshot};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    Model(Error),
    /// The call panicked, with these words.
    Panicked(String),
}

/// Where the answer will come. Who drops it does not want it any more.
pub type Answer = oneshot::Receiver<Result<Reply, Failed>>;

/// A question, and where its answer goes.
type Job = (String, oneshot::Sender<Result<Reply, Failed>>);

/// Workers that take questions from one queue.
#[derive(Debug)]
pub struct Pool {
    jobs: mpsc::Sender<Job>,
}

impl Pool {
    /// Starts the workers. Needs a runtime. `workers` and `capacity` are 1 or more.
    pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>(capacity);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..workers {
            let (llm, queue) = (llm.clone(), Arc::clone(&queue));
            tokio::spawn(async move {
                while let Some((question, asker)) = queue.lock().await.recv().await {
                    let answer = llm.complete(&question).await;
                    let _ = asker.send(answer.map_err(Failed::Model));
                }
            });
        }
        Self { jobs }
    }

    /// Waits for room, and hands the question in.
    pub async fn ask(&self, question: &str) -> Answer {
        let (asker, answer) = oneshot::channel();
        let _ = self.jobs.send((question.to_owned(), asker)).await;
        answer
    }

    /// Takes no more questions, and ends when all that were accepted are answered.
    pub async fn shut_down(self) {}
}

#[path = "checks/worker_pool.rs"]
mod checks;
