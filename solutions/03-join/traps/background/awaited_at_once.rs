//! Trap: the task is spawned and awaited in one line, so nothing is in the background.
//! Caught by: the_summary_is_made_meanwhile
//! Says: the run took 3.000 s
//! Says: so does an `.await` on the handle of a task

use mock_llm::{MockLlm, Reply};

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    let summary = tokio::spawn(async move { summarise(&task_llm, &task_letter).await }).await;
    let answer = answer(llm, letter).await;
    (answer, summary.expect("`summarise` does not panic"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    tokio::spawn(async move { summarise(&task_llm, &task_letter).await });
    answer(llm, letter).await
}
