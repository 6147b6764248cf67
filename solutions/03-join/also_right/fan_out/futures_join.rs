//! Also right: `join!` of the futures crate, which polls its futures in the order in which they are written.

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let (atlas, birch, cedar) =
        futures::join!(ask(llm, "atlas", prompt), ask(llm, "birch", prompt), ask(llm, "cedar", prompt));
    [atlas, birch, cedar]
}
