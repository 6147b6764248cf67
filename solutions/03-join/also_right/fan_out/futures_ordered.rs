//! Also right: `FuturesOrdered`, collected: it holds an early reply back until its turn comes.

use futures::{StreamExt, stream::FuturesOrdered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let calls = ["atlas", "birch", "cedar"].map(|model| ask(llm, model, prompt));
    let replies: Vec<Reply> = calls.into_iter().collect::<FuturesOrdered<_>>().collect().await;
    replies.try_into().expect("three calls have three replies")
}
