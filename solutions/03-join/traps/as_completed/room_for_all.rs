//! Trap: `buffered`, which hands on replies in the order of the list.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 2: its reply came at 1.000 s and was shown at 3.000 s
//! Says: Your code waits for the replies in the order of the list

use futures::{StreamExt, stream};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = stream::iter(prompts).map(|prompt| ask(llm, prompt)).buffered(prompts.len().max(1));
    let mut calls = calls.enumerate();
    while let Some((place, reply)) = calls.next().await {
        show(place, reply);
    }
}
