//! Trap: the futures are made first and awaited in turn, as if making them started the calls (in JavaScript it does).
//! Caught by: ten_prompts_take_as_long_as_one
//! Says: A list of futures is a list of calls that have not begun

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let calls: Vec<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    let mut replies = Vec::new();
    for call in calls {
        replies.push(call.await);
    }
    replies
}
