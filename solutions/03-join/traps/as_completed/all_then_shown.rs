//! Trap: `join_all`, and then a loop over the replies.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
//! Says: Your code waits for all replies

use futures::future::join_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let replies = join_all(prompts.iter().map(|prompt| ask(llm, prompt))).await;
    for (place, reply) in replies.into_iter().enumerate() {
        show(place, reply);
    }
}
