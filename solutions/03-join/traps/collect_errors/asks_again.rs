//! Trap: each call is made again after an error.
//! Caught by: asks_every_prompt_once
//! Says: calls for mails 1, 2, 2, 3
//! Says: A call that failed was made again

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls = prompts.iter().map(|prompt| async move {
        match ask(llm, prompt).await {
            Err(_) => ask(llm, prompt).await,
            reply => reply,
        }
    });
    join_all(calls).await
}
