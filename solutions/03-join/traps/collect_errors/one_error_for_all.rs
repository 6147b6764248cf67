//! Trap: every error becomes the same one.
//! Caught by: each_prompt_has_its_own_result
//! Says: at place 2: the error "connection refused"
//! Says: not the one of this call

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls = prompts.iter().map(|prompt| async move { ask(llm, prompt).await.map_err(|_| Error::Refused) });
    join_all(calls).await
}
