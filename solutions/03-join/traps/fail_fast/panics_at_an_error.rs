//! Trap: `expect`, as if a call could not fail.
//! Caught by: the_first_error_ends_the_wait
//! Says: a panic at
//! Says: the model answers
//! Says: A call that fails is no reason to panic

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let replies = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.expect("the model answers") });
    Ok(join_all(replies).await)
}
