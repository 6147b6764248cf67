//! Trap: the task belongs to a `JoinSet`, which aborts it at the end of the function.
//! Caught by: the_summary_goes_on_without_anybody_waiting
//! Says: is dropped at 1.000 s, unfinished
//! Says: A `JoinSet` aborts its tasks when it is dropped

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinSet;

async fn answer(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("atlas").complete(letter).await.expect("the script of this exercise has no faults")
}

async fn summarise(llm: &MockLlm, letter: &str) -> Reply {
    llm.model("birch").complete(letter).await.expect("the script of this exercise has no faults")
}

pub async fn answer_and_summary(llm: &MockLlm, letter: &str) -> (Reply, Reply) {
    let summary = {
        let (llm, letter) = (llm.clone(), letter.to_owned());
        tokio::spawn(async move { summarise(&llm, &letter).await })
    };
    let answer = answer(llm, letter).await;
    (answer, summary.await.expect("`summarise` does not panic"))
}

pub async fn answer_now(llm: &MockLlm, letter: &str) -> Reply {
    let mut tasks = JoinSet::new();
    let (task_llm, task_letter) = (llm.clone(), letter.to_owned());
    tasks.spawn(async move { summarise(&task_llm, &task_letter).await });
    answer(llm, letter).await
}
