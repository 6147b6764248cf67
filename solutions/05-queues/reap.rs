//! # Reap: a solution
//!
//! Two things can happen, and the server waits for both: a question comes, or a task ends. Each branch of the `select!` has a condition.
//! Without room no question is taken, so it waits in its channel, and its asker waits with it. That is back-pressure.
//!
//! `join_next` takes a finished task out, whether it ended well or panicked. So the set holds what runs, at night too: when the last
//! task ends, somebody waits for it.
//!
//! `recv` and `join_next` are cancel safe: the branch that loses takes nothing.
//!
//! When the last sender is gone, `open` becomes false, and the loop goes on until the set is empty. A `JoinSet` that is dropped aborts
//! its tasks; that is what a dropped server wants, and a server that ends well must wait before it comes to that.
//!
//! Also right: a `Semaphore` whose permit is in the task, and a loop over `try_join_next` beside it; `TaskTracker` of tokio-util, which
//! forgets finished tasks by itself, and with them their panics.

use std::sync::{Arc, Mutex};

use mock_llm::{MockLlm, Reply};
use tokio::{
    sync::{mpsc::Receiver, oneshot},
    task::JoinSet,
};

/// A question, and where its answer goes.
pub type Question = (String, oneshot::Sender<Reply>);

/// What the server says of itself. Clones are the same log.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
pub struct Entries {
    pub panics: usize,
    /// The largest number of tasks, running and finished, that stood in the set.
    pub most_in_the_set: usize,
    /// How many stand in it now.
    pub in_the_set: usize,
}

impl Log {
    /// To be called after each change of the set.
    pub fn set_has(&self, tasks: usize) {
        let mut entries = self.0.lock().unwrap();
        entries.in_the_set = tasks;
        entries.most_in_the_set = entries.most_in_the_set.max(tasks);
    }

    pub fn panicked(&self) {
        self.0.lock().unwrap().panics += 1;
    }

    pub fn read<T>(&self, look: impl FnOnce(&Entries) -> T) -> T {
        look(&self.0.lock().unwrap())
    }
}

/// Asks the model, and sends the answer.
async fn answer(llm: MockLlm, (question, asker): Question) {
    let reply = llm.complete(&question).await.expect("the model answers");
    // The asker may have gone.
    let _ = asker.send(reply);
}

/// Answers questions until nobody can ask any more.
pub async fn serve(llm: MockLlm, mut questions: Receiver<Question>, most: usize, log: Log) {
    let mut tasks = JoinSet::new();
    let mut open = true;
    while open || !tasks.is_empty() {
        tokio::select! {
            question = questions.recv(), if open && tasks.len() < most => match question {
                Some(question) => drop(tasks.spawn(answer(llm.clone(), question))),
                None => open = false,
            },
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                if ended.is_err_and(|error| error.is_panic()) {
                    log.panicked();
                }
            }
        }
        log.set_has(tasks.len());
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/reap.rs"]
mod checks;
