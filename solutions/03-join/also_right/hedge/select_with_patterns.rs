//! Also right: `select!` with a pattern: a branch whose result does not fit is not taken, and the other goes on.

use std::{cell::Cell, pin::pin, time::Duration};

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
    let last_error = Cell::new(None);
    let first = async { first.await.map_err(|error| last_error.set(Some(error))) };
    let second = async { ask(llm, "birch", prompt).await.map_err(|error| last_error.set(Some(error))) };
    let reply = tokio::select! {
        Ok(reply) = first => Some(reply),
        Ok(reply) = second => Some(reply),
        else => None,
    };
    reply.ok_or_else(|| last_error.take().expect("both calls have failed"))
}
