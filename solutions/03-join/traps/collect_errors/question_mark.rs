//! Trap: `?` in a function that returns a list: there is no way to return the error.
//! Caught by: the compiler
//! Says: the `?` operator can only be used

use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut results = Vec::new();
    for prompt in prompts {
        results.push(Ok(ask(llm, prompt).await?));
    }
    results
}
