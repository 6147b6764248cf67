//! Also right: `futures::future::select` gives back the future that is not ready.

use std::{pin::pin, time::Duration};

use futures::future::{Either, select};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let first = pin!(ask(llm, "atlas", prompt));
    let first = match select(first, pin!(sleep(delay))).await {
        Either::Left((in_time, _)) => return in_time,
        Either::Right(((), first)) => first,
    };
    let second = pin!(ask(llm, "birch", prompt));
    match select(first, second).await {
        Either::Left((Err(_), second)) => second.await,
        Either::Right((Err(_), first)) => first.await,
        Either::Left((reply, _)) | Either::Right((reply, _)) => reply,
    }
}
