//! Trap: the delay is waited for before anybody is asked.
//! Caught by: an_answer_in_time_needs_no_second_call
//! Says: The delay comes first, and only then the question

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    sleep(delay).await;
    let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
