//! Trap: the work is spawned, but all of it into one task.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: You spawned 1 task,

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let (llm, prompts) = (llm.clone(), prompts.to_vec());
    let task = tokio::spawn(async move {
        let mut replies = Vec::new();
        for prompt in &prompts {
            replies.push(ask(&llm, prompt).await);
        }
        replies
    });
    task.await.expect("the task does not panic")
}
