//! Also right: `select_all`, which gives the next result and the futures that are left. The place comes with the result.

use futures::future::select_all;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    // `select_all` panics without futures.
    while !calls.is_empty() {
        let ((place, reply), _, others) = select_all(calls).await;
        show(place, reply);
        calls = others;
    }
}
