//! Trap: a stream of results that is read up to the first error.
//! Caught by: every_call_runs_to_its_end
//! Says: dropped at
//! Says: Something gave up before all had ended

use futures::{StreamExt, stream};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let mut calls = stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1));
    let mut results = Vec::new();
    while let Some(result) = calls.next().await {
        results.push(result);
        if results.iter().any(Result::is_err) {
            break;
        }
    }
    results
}
