//! Also right: `join_all`, for a list of futures of one type.

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let replies = join_all(["atlas", "birch", "cedar"].map(|model| ask(llm, model, prompt))).await;
    replies.try_into().expect("three calls have three replies")
}
