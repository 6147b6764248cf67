//! Trap: `timeout` drops the first call, and birch alone is left: a fallback, not a hedge.
//! Caught by: the_first_call_goes_on
//! Says: the call to atlas is dropped at 1.000 s
//! Says: owns the call, and drops it

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    match timeout(delay, ask(llm, "atlas", prompt)).await {
        Ok(in_time) => in_time,
        Err(_elapsed) => ask(llm, "birch", prompt).await,
    }
}
