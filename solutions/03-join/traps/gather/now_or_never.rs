//! Trap: futures that are polled a thousand times a second, with a waker that wakes nobody: right on this clock, and never asleep.
//! Caught by: is_polled_only_when_something_has_come
//! Says: 2001 polls of your future in 2.000 s
//! Says: Your code looks again and again

use std::time::Duration;

use futures::FutureExt;
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String]) -> Vec<Reply> {
    let mut calls: Vec<_> = prompts.iter().map(|prompt| Box::pin(ask(llm, prompt))).collect();
    let mut replies: Vec<Option<Reply>> = vec![None; prompts.len()];
    loop {
        for (call, reply) in calls.iter_mut().zip(&mut replies).filter(|(_, reply)| reply.is_none()) {
            *reply = call.as_mut().now_or_never();
        }
        if replies.iter().all(Option::is_some) {
            return replies.into_iter().flatten().collect();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
