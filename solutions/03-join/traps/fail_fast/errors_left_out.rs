//! Trap: the replies that came are returned, and the errors are left out.
//! Caught by: the_first_error_ends_the_wait
//! Says: `Ok`, with the replies for pages 1, 2, 4
//! Says: An error was swallowed

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    Ok(results.into_iter().flatten().collect())
}
