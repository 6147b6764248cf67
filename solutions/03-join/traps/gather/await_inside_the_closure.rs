//! Trap: `.await` in a closure that is not async.
//! Caught by: the compiler
//! Says: `await` is only allowed inside `async` functions and blocks

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    prompts.iter().map(|prompt| ask(llm, prompt).await).collect()
}
