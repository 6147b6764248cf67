//! # Worker pool: a solution
//!
//! In `while let Some(…) = queue.lock().await.recv().await { … }` the guard is a temporary of the condition, and lives until the end of the
//! body. So the lock is held during the call, and the workers take turns. A `let` statement ends the guard's life at its semicolon.
//!
//! A call runs in a task of its own, in a `JoinSet`: a panic comes back as a value, its words with it, and the worker goes on. When
//! the worker is dropped, its set is dropped, and the call with it. Beside the call the worker waits for the asker to leave
//! (`asker.closed()`): then it drops the call.
//!
//! The workers live in a `JoinSet` too, so a dropped pool aborts them. `shut_down` drops the sender, by which each worker ends when the
//! queue is empty, and waits for all of them.
//!
//! Nothing is kept for a finished question: its task is taken out of the set, and its place for the answer is gone.
//!
//! Also right: `AssertUnwindSafe(call).catch_unwind()` of the crate futures, without a task for a call; a queue of many receivers
//! (async-channel, flume), for which the workers need no lock.

use std::{any::Any, sync::Arc};

use mock_llm::{Error, MockLlm, Reply};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
};

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
    workers: JoinSet<()>,
}

impl Pool {
    /// Starts the workers. Needs a runtime. `workers` and `capacity` are 1 or more.
    pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>(capacity);
        let queue = Arc::new(Mutex::new(queue));
        let mut set = JoinSet::new();
        for _ in 0..workers {
            set.spawn(work(llm.clone(), Arc::clone(&queue)));
        }
        Self { jobs, workers: set }
    }

    /// Waits for room, and hands the question in.
    pub async fn ask(&self, question: &str) -> Answer {
        let (asker, answer) = oneshot::channel();
        let _ = self.jobs.send((question.to_owned(), asker)).await;
        answer
    }

    /// Takes no more questions, and ends when all that were accepted are answered.
    pub async fn shut_down(self) {
        let Self { jobs, mut workers } = self;
        drop(jobs);
        while workers.join_next().await.is_some() {}
    }
}

async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
    loop {
        // The guard lives to the end of this statement, and not of the loop's body.
        let job = queue.lock().await.recv().await;
        let Some((question, mut asker)) = job else { return };
        if asker.is_closed() {
            continue;
        }
        let mut call = JoinSet::new();
        call.spawn(llm.complete(&question));
        let answer = tokio::select! {
            () = asker.closed() => continue,
            ended = call.join_next() => match ended.expect("one call is in the set") {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
            },
        };
        let _ = asker.send(answer);
    }
}

/// What a panic says: `panic!` gives a `&str` or a `String`.
fn words(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => (*words).to_owned(),
        (None, Some(words)) => words.clone(),
        (None, None) => "a panic without words".to_owned(),
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/worker_pool.rs"]
mod checks;
