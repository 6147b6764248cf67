//! Also right: `FuturesOrdered`, collected: it holds an early reply back until its turn comes.

use futures::{StreamExt, stream::FuturesOrdered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let calls: FuturesOrdered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    calls.collect().await
}
