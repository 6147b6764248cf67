//! Trap: `expect`, as if a call could not fail.
//! Caught by: asks_every_prompt_once
//! Says: a panic at
//! Says: the model answers
//! Says: belongs into the list

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let replies = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.expect("the model answers") });
    join_all(replies).await.into_iter().map(Ok).collect()
}
