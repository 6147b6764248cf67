//! Trap: each call is a task, and each task is awaited before the next one is spawned.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: You spawned 10 tasks
//! Says: before it starts the second call

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let mut replies = Vec::new();
    for prompt in prompts {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        let task = tokio::spawn(async move { ask(&llm, &prompt).await });
        replies.push(task.await.expect("the task does not panic"));
    }
    replies
}
