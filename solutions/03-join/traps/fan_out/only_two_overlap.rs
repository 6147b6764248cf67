//! Trap: two calls are joined, and the third one is awaited after them.
//! Caught by: takes_as_long_as_the_slowest
//! Says: one after another
//! Says: the run took 1.600 s

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (atlas, birch) = tokio::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt));
    let cedar = ask(llm, "cedar", prompt).await;
    [atlas, birch, cedar]
}
