//! Trap: the futures are made inside the loop: each round drops the calls of the round before, and makes new ones.
//! Caught by: shows_every_reply_once
//! Says: did not end with a reply
//! Says: Make the futures once, before the loop

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let mut places: Vec<usize> = (0..prompts.len()).collect();
    while !places.is_empty() {
        let calls = places.iter().map(|&place| Box::pin(async move { (place, ask(llm, &prompts[place]).await) }));
        let ((place, reply), index, _) = select_all(calls).await;
        show(place, reply);
        places.remove(index);
    }
}
