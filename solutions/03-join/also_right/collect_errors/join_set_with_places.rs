//! Also right: a `JoinSet`, where each task brings the place of its prompt along.

use mock_llm::{Error, MockLlm, Reply};
use tokio::task::JoinSet;

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut tasks = JoinSet::new();
    for (place, prompt) in prompts.iter().cloned().enumerate() {
        let llm = llm.clone();
        tasks.spawn(async move { (place, ask(&llm, &prompt).await) });
    }
    let mut results = tasks.join_all().await;
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
