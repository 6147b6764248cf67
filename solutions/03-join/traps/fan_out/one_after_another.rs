//! Trap: three calls, each awaited before the next one begins.
//! Caught by: takes_as_long_as_the_slowest
//! Says: one after another
//! Says: the run took 2.400 s

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let atlas = ask(llm, "atlas", prompt).await;
    let birch = ask(llm, "birch", prompt).await;
    let cedar = ask(llm, "cedar", prompt).await;
    [atlas, birch, cedar]
}
