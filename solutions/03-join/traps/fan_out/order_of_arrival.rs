//! Trap: the replies are collected as they come.
//! Caught by: replies_keep_their_places
//! Says: tells the replies apart by their places

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let calls = ["cedar", "birch", "atlas"].map(|model| ask(llm, model, prompt));
    let replies: Vec<Reply> = FuturesUnordered::from_iter(calls).collect().await;
    replies.try_into().expect("three calls have three replies")
}
