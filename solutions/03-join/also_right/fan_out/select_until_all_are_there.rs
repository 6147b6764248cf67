//! Also right: `select!` in a loop: each round ends with one more reply, and the calls go on because the loop only borrows them.

use std::pin::pin;

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    let mut atlas = pin!(ask(llm, "atlas", prompt));
    let mut birch = pin!(ask(llm, "birch", prompt));
    let mut cedar = pin!(ask(llm, "cedar", prompt));
    let mut replies = [None, None, None];
    while replies.iter().any(Option::is_none) {
        tokio::select! {
            reply = &mut atlas, if replies[0].is_none() => replies[0] = Some(reply),
            reply = &mut birch, if replies[1].is_none() => replies[1] = Some(reply),
            reply = &mut cedar, if replies[2].is_none() => replies[2] = Some(reply),
        }
    }
    replies.map(|reply| reply.expect("the loop ends when all three are there"))
}
