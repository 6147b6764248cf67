//! Trap: a list of places beside the list of futures: `select_all` fills a gap with the last future, and `remove` moves all up.
//! Caught by: shows_each_reply_at_the_place_of_its_prompt
//! Says: the reply to question 3 with place 1
//! Says: whose places change when something is taken out

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let mut places: Vec<usize> = (0..prompts.len()).collect();
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
    while !calls.is_empty() {
        let (reply, index, others) = select_all(calls).await;
        show(places.remove(index), reply);
        calls = others;
    }
}
