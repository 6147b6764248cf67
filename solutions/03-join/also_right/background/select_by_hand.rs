//! Also right: `select!` on two pinned futures, which are still there when the first one is ready.

use mock_llm::{MockLlm, Reply};
use std::pin::pin;
use tokio::runtime::Handle;

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let (mut answer, mut summary) = (pin!(answer(llm, letter)), pin!(summarise(llm, letter)));
    tokio::select! {
        answer = &mut answer => (answer, summary.await),
        summary = &mut summary => (answer.await, summary),
    }
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    let summary = async move { summarise(&task_llm, &task_letter).await };
    drop(Handle::current().spawn(summary));
    answer(llm, letter).await
}
