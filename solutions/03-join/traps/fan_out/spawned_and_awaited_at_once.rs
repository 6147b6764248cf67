//! Trap: each call is a task, and each task is awaited before the next one is spawned.
//! Caught by: takes_as_long_as_the_slowest
//! Says: one after another

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let mut replies = Vec::new();
    for model in ["atlas", "birch", "cedar"] {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        let task = tokio::spawn(async move { ask(&llm, model, &prompt).await });
        replies.push(task.await.expect("the task does not panic"));
    }
    replies.try_into().expect("three calls have three replies")
}
