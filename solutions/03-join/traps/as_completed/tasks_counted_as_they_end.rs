//! Trap: a `JoinSet`, whose tasks are numbered as they end.
//! Caught by: shows_each_reply_at_the_place_of_its_prompt
//! Says: the reply to question 2 with place 0
//! Says: numbered in the order in which they came

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinSet;

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let mut tasks = JoinSet::new();
    for prompt in prompts.iter().cloned() {
        let llm = llm.clone();
        tasks.spawn(async move { ask(&llm, &prompt).await });
    }
    let mut place = 0;
    while let Some(task) = tasks.join_next().await {
        show(place, task.expect("the task does not panic"));
        place += 1;
    }
}
