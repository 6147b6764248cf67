//! Also right: a `JoinSet`, where each task brings its place along.

use mock_llm::{MockLlm, Reply};
use tokio::task::JoinSet;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let mut tasks = JoinSet::new();
    for (place, model) in ["atlas", "birch", "cedar"].into_iter().enumerate() {
        let (llm, prompt) = (llm.clone(), prompt.to_owned());
        tasks.spawn(async move { (place, ask(&llm, model, &prompt).await) });
    }
    let mut replies = tasks.join_all().await;
    replies.sort_by_key(|(place, _)| *place);
    let replies: Vec<Reply> = replies.into_iter().map(|(_, reply)| reply).collect();
    replies.try_into().expect("three tasks have three replies")
}
