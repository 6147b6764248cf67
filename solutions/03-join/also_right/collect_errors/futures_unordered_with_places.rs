//! Also right: `FuturesUnordered`, where each future brings the place of its prompt along.

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    let mut results: Vec<Option<Result<Reply, Error>>> = vec![None; prompts.len()];
    while let Some((place, result)) = calls.next().await {
        results[place] = Some(result);
    }
    results.into_iter().flatten().collect()
}
