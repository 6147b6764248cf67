//! Also right: three tasks, all spawned before the first handle is awaited. A task may outlive its caller, so it owns what it uses.

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let tasks = ["atlas", "birch", "cedar"].map(|model| {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        tokio::spawn(async move { ask(&llm, model, &prompt).await })
    });
    let mut replies = Vec::new();
    for task in tasks {
        replies.push(task.await.expect("the task does not panic"));
    }
    replies.try_into().expect("three calls have three replies")
}
