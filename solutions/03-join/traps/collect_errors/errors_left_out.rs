//! Trap: the list has only what went well.
//! Caught by: each_prompt_has_its_own_result
//! Says: 4 results; errors among them: 0
//! Says: The errors were left out

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let results = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    results.into_iter().filter(Result::is_ok).collect()
}
