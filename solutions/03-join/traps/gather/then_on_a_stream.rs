//! Trap: a stream of calls with `then`, which waits for each one before it takes the next.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: the run took 20.000 s
//! Says: one after another

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    stream::iter(prompts).then(|prompt| ask(llm, prompt)).collect().await
}
