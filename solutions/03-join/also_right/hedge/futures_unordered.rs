//! Also right: the calls in a `FuturesUnordered`: to wait for the next one with a limit leaves the calls alone.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut calls = FuturesUnordered::from_iter([ask(llm, "atlas", prompt)]);
    if let Ok(Some(in_time)) = timeout(delay, calls.next()).await {
        return in_time;
    }
    calls.push(ask(llm, "birch", prompt));
    loop {
        match calls.next().await.expect("a call is left") {
            Err(_) if !calls.is_empty() => {}
            result => return result,
        }
    }
}
