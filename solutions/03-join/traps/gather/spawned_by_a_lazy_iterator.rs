//! Trap: the tasks are spawned inside a lazy iterator, which spawns the next one only after the last one was awaited.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: You spawned 10 tasks

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let tasks = prompts.iter().map(|prompt| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    });
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.expect("the task does not panic"));
    }
    replies
}
