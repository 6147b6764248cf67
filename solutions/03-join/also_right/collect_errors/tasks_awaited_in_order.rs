//! Also right: a task for each call; all are spawned before the first handle is awaited. The outer `Result` is the task's.

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let spawn = |prompt: &String| {
        let (llm, prompt) = (llm.clone(), prompt.clone());
        tokio::spawn(async move { ask(&llm, &prompt).await })
    };
    let tasks: Vec<_> = prompts.iter().map(spawn).collect();

    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.expect("the task does not panic"));
    }
    results
}
