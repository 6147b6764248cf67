//! Trap: a loop selects on a call that has failed already.
//! Caught by: a_late_error_waits_for_the_other_call
//! Says: resumed after completion
//! Says: to poll it again is a panic

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
    let mut second = pin!(ask(llm, "birch", prompt));
    let mut failed = 0;
    loop {
        let result = tokio::select! {
            result = &mut first => result,
            result = &mut second => result,
        };
        failed += 1;
        if result.is_ok() || failed == 2 {
            return result;
        }
    }
}
