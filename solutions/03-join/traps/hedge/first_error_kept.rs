//! Trap: both have failed, and the error that came first is returned.
//! Caught by: two_errors_give_the_later_one
//! Says: Only with the second error it is certain

use std::{pin::pin, time::Duration};

use futures::future::{Either, select};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut first = pin!(ask(llm, "atlas", prompt));
    if let Ok(in_time) = timeout(delay, &mut first).await {
        return in_time;
    }
    let second = pin!(ask(llm, "birch", prompt));
    match select(first, second).await {
        Either::Left((Err(error), other)) | Either::Right((Err(error), other)) => other.await.map_err(|_| error),
        Either::Left((reply, _)) | Either::Right((reply, _)) => reply,
    }
}
