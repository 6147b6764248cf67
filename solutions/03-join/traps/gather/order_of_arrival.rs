//! Trap: the replies are collected as they come.
//! Caught by: replies_keep_the_order_of_the_prompts
//! Says: The replies are in the order in which they came

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    calls.collect().await
}
