//! Trap: both models are asked at once, and the first reply wins: a race, twice as dear.
//! Caught by: an_answer_in_time_needs_no_second_call
//! Says: Both calls begin together
//! Says: costs twice as much

use std::{pin::pin, time::Duration};

use futures::future::select_ok;
use mock_llm::{Error, MockLlm, Reply};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let _ = delay;
    let (first, second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
