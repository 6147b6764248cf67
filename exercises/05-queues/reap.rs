//! # Reap
//!
//! A server answers questions for ever, each in a task of its own. In the first hour all is well. Then it throws away
//! every question: `most` tasks are allowed, and it believes that all of them still run. Mend `serve`:
//!
//! - `most` answers are written at the same time, at most. A finished task makes room at once, whether or not another question comes.
//!   A question waits in its channel until there is room, so that whoever asks too much has to wait. One may be in your hand.
//! - What has finished is taken out of the set: whenever `serve` waits, the set holds what runs and one more at most, also in a night
//!   without questions. Nothing else is kept of it, and the log is told after each change.
//! - A task that panicked is counted in `log.panics`, when it happens, and disturbs nobody else.
//! - When the last sender of questions is gone, `serve` waits for what still runs, and returns. Dropped, it takes the tasks along.
//!
//! Futures without tasks (`FuturesUnordered`) are as good, if the panic of one disturbs nobody else.
//!
//! Starts: wrong
//! Run: `cargo workbook check 05-queues/reap` · Read: book, chapter 5, A worker pool worth keeping · 15 min

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
    while let Some(question) = questions.recv().await {
        if tasks.len() < most {
            tasks.spawn(answer(llm.clone(), question));
            log.set_has(tasks.len());
        }
    }
}

#[path = "checks/reap.rs"]
mod checks;
