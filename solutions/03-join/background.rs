//! # In the background: a solution
//!
//! `tokio::spawn` gives the future to the runtime and returns at once. From then on the runtime polls it, whenever there
//! is something to do: while `answer_and_summary` waits for the main work, and also when `answer_now` has returned.
//!
//! The handle is a way to get the value, no more. To wait for it is optional, and to drop it *detaches* the task, which
//! goes on. What a detached task has to say it must say itself: here, to the archive. That is as useful as it is dangerous:
//! no code hears of its panic (the panic hook prints it, and that is all), and when the runtime is dropped, so is the task,
//! wherever it stands.
//!
//! A task may outlive the function that spawned it, so its future must own what it uses: hence the clones and the
//! `to_owned`. A clone of `MockLlm` talks to the same models, and a clone of the archive is the same archive.
//!
//! Also right: where the caller waits for both anyway, `tokio::join!` does it without a task, and may borrow. Where it
//! does not wait, only a task will do: a future that nobody polls any more stands still. `JoinSet` aborts its tasks when
//! it is dropped, unless `detach_all` is called first.

use std::sync::{Arc, Mutex};

use mock_llm::{MockLlm, Reply};

/// Where summaries are kept. A clone is the same archive.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    summaries: Arc<Mutex<Vec<Reply>>>,
}

impl Archive {
    pub fn keep(&self, summary: Reply) {
        self.summaries.lock().expect("nobody panics while holding it").push(summary);
    }
}

/// The main work: atlas answers the letter.
async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

/// The work in the background: birch sums the letter up.
async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

/// Returns the answer and the summary, in this order. The summary is made while the answer is.
pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let summary = {
        let (llm, letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&llm, &letter).await })
    };
    let answer = answer(llm, letter).await;
    (answer, summary.await.expect("`summarise` does not panic, and nobody aborts its task"))
}

/// Returns as soon as the answer is there. The summary comes into the archive without anybody waiting for it.
pub async fn answer_now(llm: &MockLlm, letter: &str, archive: &Archive) -> Reply {
    let in_the_background = {
        let (llm, letter, archive) = (llm.clone(), letter.to_owned(), archive.clone());
        async move { archive.keep(summarise(&llm, &letter).await) }
    };
    // The handle is dropped here, and the task goes on.
    tokio::spawn(in_the_background);
    answer(llm, letter).await
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/background.rs"]
mod checks;
