//! Trap: the futures are collected as if they were the replies.
//! Caught by: the compiler
//! Says: a value of type `Vec<Reply>` cannot be built

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    prompts.iter().map(|prompt| ask(llm, prompt)).collect()
}
