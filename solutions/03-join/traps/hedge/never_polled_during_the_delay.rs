//! Trap: the first call is made before the delay, as if that started it.
//! Caught by: an_answer_in_time_needs_no_second_call
//! Says: A call that is made, and not polled, has asked nobody

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let first = pin!(ask(llm, "atlas", prompt));
    sleep(delay).await;
    let second = pin!(ask(llm, "birch", prompt));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
