//! Trap: a stream with room for ten calls, because ten is the number in the task.
//! Caught by: any_number_at_once
//! Says: at most 10 calls in flight together, of 60
//! Says: a limit that nobody asked for

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(10).collect().await
}
