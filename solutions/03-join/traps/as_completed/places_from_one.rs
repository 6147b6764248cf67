//! Trap: places that count from 1.
//! Caught by: shows_each_reply_at_the_place_of_its_prompt
//! Says: the reply to question 2 with place 2
//! Says: Places count from 0

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().zip(1..).map(|(prompt, place)| async move { (place, ask(llm, prompt).await) });
    let mut calls: FuturesUnordered<_> = calls.collect();
    while let Some((place, reply)) = calls.next().await {
        show(place, reply);
    }
}
