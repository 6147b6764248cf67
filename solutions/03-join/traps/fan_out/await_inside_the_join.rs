//! Trap: each call is awaited inside `join!`, which then gets three replies that are there already.
//! Caught by: the compiler
//! Says: `Reply` is not a future

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (atlas, birch, cedar) = tokio::join!(
        ask(llm, "atlas", prompt).await,
        ask(llm, "birch", prompt).await,
        ask(llm, "cedar", prompt).await
    );
    [atlas, birch, cedar]
}
