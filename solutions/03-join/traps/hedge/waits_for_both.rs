//! Trap: `join!` waits for the loser too.
//! Caught by: a_late_answer_starts_the_second_call
//! Says: at 5.000 s
//! Says: here one reply is enough

use std::{pin::pin, time::Duration};

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
    let (first, second) = tokio::join!(first, ask(llm, "birch", prompt));
    second.or(first)
}
