//! Trap: a loop sends one more call each time the delay is over.
//! Caught by: two_calls_at_most
//! Says: One call to birch is enough
//! Says: two calls at most

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut calls = FuturesUnordered::from_iter([ask(llm, "atlas", prompt)]);
    loop {
        tokio::select! {
            Some(result) = calls.next() => match result {
                Err(_) if !calls.is_empty() => {}
                result => return result,
            },
            () = sleep(delay) => calls.push(ask(llm, "birch", prompt)),
        }
    }
}
