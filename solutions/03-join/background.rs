//! # In the background: a solution
//!
//! `tokio::spawn` gives the future to the runtime and returns at once. From then on the runtime polls it, whenever there
//! is something to do: while `answer_and_summary` waits for the main work, and also when `answer_now` has returned.
//!
//! The handle is a way to get the value, no more. To wait for it is optional, and to drop it *detaches* the task, which
//! goes on. That is as useful as it is dangerous: nobody hears of an error or a panic of a detached task, and when the
//! runtime ends, the task is dropped wherever it stands.
//!
//! A task may outlive the function that spawned it, so its future must own what it uses: hence the clone and the
//! `to_owned`. A clone of `MockLlm` talks to the same models.
//!
//! Also right: where the caller waits for both anyway, `tokio::join!` does it without a task, and may borrow. Where it
//! does not wait, only a task will do: a future that nobody polls any more stands still. `JoinSet` aborts its tasks when
//! it is dropped, unless `detach_all` is called first.

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinHandle;

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
    let summary = spawn_summary(llm, letter);
    let answer = answer(llm, letter).await;
    (answer, summary.await.expect("`summarise` does not panic, and nobody aborts its task"))
}

/// Returns as soon as the answer is there. The call for the summary goes on without anybody waiting for it.
pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    // The handle is dropped here, and the task goes on.
    spawn_summary(llm, letter);
    answer(llm, letter).await
}

fn spawn_summary(llm: &MockLlm, letter: &str) -> JoinHandle<Reply> {
    let (llm, letter) = (llm.clone(), letter.to_owned());
    tokio::spawn(async move { summarise(&llm, &letter).await })
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/background.rs"]
mod checks;
