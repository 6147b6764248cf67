//! Also right: `join3`: the same as a function, so the future of all three is a value with a type.

use futures::future::join3;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (atlas, birch, cedar) =
        join3(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt)).await;
    [atlas, birch, cedar]
}
