//! Trap: `join_all` waits for every call; the errors are looked at when all are there.
//! Caught by: the_first_error_ends_the_wait
//! Says: the run took 4.000 s
//! Says: went on waiting for the other calls
//! Says: Look at each result when it comes

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Result<Vec<Reply>, Error> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    results.into_iter().collect()
}
