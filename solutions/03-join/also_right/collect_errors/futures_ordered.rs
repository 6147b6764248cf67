//! Also right: `FuturesOrdered`, collected: it holds an early result back until its turn comes.

use futures::{StreamExt, stream::FuturesOrdered};
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Result<Reply, Error>> {
    let calls: FuturesOrdered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    calls.collect().await
}
