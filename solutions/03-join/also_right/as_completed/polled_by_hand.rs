//! Also right: `poll_fn` over the list: every call that is not done is polled, and what is ready is shown.

use std::{future::poll_fn, task::Poll};

use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Some(Box::pin(ask(llm, prompt)))).collect();
    poll_fn(|cx| {
        for (place, slot) in calls.iter_mut().enumerate() {
            let Some(call) = slot else { continue };
            if let Poll::Ready(reply) = call.as_mut().poll(cx) {
                show(place, reply);
                *slot = None;
            }
        }
        if calls.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
