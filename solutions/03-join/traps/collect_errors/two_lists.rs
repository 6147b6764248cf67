//! Trap: the replies in one list and the errors in another: the places are lost, and the type says so.
//! Caught by: the compiler
//! Says: mismatched types

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    let (mut replies, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(reply) => replies.push(reply),
            Err(error) => errors.push(error),
        }
    }
    (replies, errors)
}
