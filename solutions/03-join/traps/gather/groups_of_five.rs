//! Trap: groups of five, as if more at a time were too many.
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: the run took 4.000 s
//! Says: Only 5 calls are in flight together

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let mut replies = Vec::new();
    for group in prompts.chunks(5) {
        replies.extend(join_all(group.iter().map(|prompt| ask(llm, prompt))).await);
    }
    replies
}
