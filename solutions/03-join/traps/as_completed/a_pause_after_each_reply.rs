//! Trap: the loop waits for something else after each reply: meanwhile nobody polls the other calls, and they stand still.
//! Caught by: shows_each_reply_when_it_comes
//! Says: question 3: its reply came at 2.500 s
//! Says: What is not polled makes no progress

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{MockLlm, Reply};

async fn ask(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

pub async fn ask_all(llm: &MockLlm, prompts: &[String], mut show: impl FnMut(usize, Reply)) {
    let calls = prompts.iter().enumerate().map(|(place, prompt)| async move { (place, ask(llm, prompt).await) });

    let mut calls: FuturesUnordered<_> = calls.collect();
    while let Some((place, reply)) = calls.next().await {
        show(place, reply);
        // So that the reader can follow.
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
}
