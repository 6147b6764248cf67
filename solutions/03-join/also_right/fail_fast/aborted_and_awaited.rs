//! Also right: tasks whose owner aborts the others at the first error, and waits until they have ended.

use mock_llm::{Error, MockLlm, Reply};
use tokio::task::JoinSet;

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let mut tasks = JoinSet::new();
    for (place, prompt) in prompts.iter().cloned().enumerate() {
        let llm = llm.clone();
        tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
    }
    let mut replies = vec![None; prompts.len()];
    while let Some(task) = tasks.join_next().await {
        match task.expect("the task does not panic") {
            (place, Ok(reply)) => replies[place] = Some(reply),
            (_, Err(error)) => {
                tasks.shutdown().await;
                return Err(error);
            }
        }
    }
    Ok(replies.into_iter().flatten().collect())
}
