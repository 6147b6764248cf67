//! Trap: `FuturesUnordered`, whose results are numbered as they come.
//! Caught by: shows_each_reply_at_the_place_of_its_prompt
//! Says: the reply to question 2 with place 0
//! Says: numbered in the order in which they came

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls: FuturesUnordered<_> = prompts.iter().map(|prompt| ask(llm, prompt)).collect();
    let mut calls = calls.enumerate();
    while let Some((place, reply)) = calls.next().await {
        show(place, reply);
    }
}
