//! Trap: `select_all` gives the place in the list that it was given: after the first round, that is the list of what is left.
//! Caught by: shows_each_reply_at_the_place_of_its_prompt
//! Says: the reply to question
//! Says: whose places change when something is taken out

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
    while !calls.is_empty() {
        let (reply, place, others) = select_all(calls).await;
        show(place, reply);
        calls = others;
    }
}
