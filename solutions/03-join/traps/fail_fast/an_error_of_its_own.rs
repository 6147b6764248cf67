//! Trap: every error becomes the same one.
//! Caught by: returns_the_error_that_came_first
//! Says: the error "connection refused"
//! Says: No call failed with this error

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    try_join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await.map_err(|_| Error::Refused)
}
