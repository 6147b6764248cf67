//! Also right: `join!` where the caller waits for both, and a task only where it does not.

use mock_llm::{MockLlm, Reply};

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    tokio::join!(answer(llm, letter), summarise(llm, letter))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
    answer(llm, letter).await
}
