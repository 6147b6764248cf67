//! Trap: a loop that awaits each call.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: the run took 20.000 s
//! Says: one after another

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let mut replies = Vec::new();
    for prompt in prompts {
        replies.push(ask(llm, prompt).await);
    }
    replies
}
