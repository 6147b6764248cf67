//! Trap: each call is made again after an error.
//! Caught by: the_first_error_ends_the_wait
//! Says: was asked again after its error

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = prompts.iter().map(|prompt| async move {
        match ask(llm, prompt).await {
            Err(_) => ask(llm, prompt).await,
            reply => reply,
        }
    });
    try_join_all(calls).await
}
