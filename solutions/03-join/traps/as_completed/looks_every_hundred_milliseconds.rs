//! Trap: tasks that are looked at ten times a second.
//! Caught by: shows_each_reply_when_it_comes
//! Says: your code looked later
//! Says: A future that is `.await`ed is woken by the reply

use std::time::Duration;

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();

    let mut tasks: Vec<_> = tasks.into_iter().enumerate().collect();
    while !tasks.is_empty() {
        for (place, task) in tasks.extract_if(.., |(_, task)| task.is_finished()) {
            show(place, task.await.expect("the task does not panic"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
