//! Trap: the work is spawned, but all of it into one task.
//! Caught by: takes_as_long_as_the_slowest
//! Says: one after another

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (llm, prompt) = (llm.clone(), prompt.to_owned());
    let task = tokio::spawn(async move {
        let mut replies = Vec::new();
        for model in ["atlas", "birch", "cedar"] {
            replies.push(ask(&llm, model, &prompt).await);
        }
        replies
    });
    let replies = task.await.expect("the task does not panic");
    replies.try_into().expect("three calls have three replies")
}
