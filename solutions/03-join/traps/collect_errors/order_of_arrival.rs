//! Trap: the results are collected as they come.
//! Caught by: each_prompt_has_its_own_result
//! Says: at place 1: the answer to mail 3
//! Says: in the order in which they came

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    calls.collect().await
}
