//! Trap: `timeout` drops the first call, and atlas is asked again from the beginning.
//! Caught by: a_late_answer_starts_the_second_call
//! Says: asked again from the beginning
//! Says: owns the call, and drops it

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    if let Ok(in_time) = timeout(delay, ask(llm, "atlas", prompt)).await {
        return in_time;
    }
    let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
