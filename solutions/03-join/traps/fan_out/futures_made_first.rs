//! Trap: the three futures are made first and awaited in turn, as if making them started the calls (in JavaScript it does).
//! Caught by: takes_as_long_as_the_slowest
//! Says: A future does nothing until it is polled

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let atlas = ask(llm, "atlas", prompt);
    let birch = ask(llm, "birch", prompt);
    let cedar = ask(llm, "cedar", prompt);
    [atlas.await, birch.await, cedar.await]
}
