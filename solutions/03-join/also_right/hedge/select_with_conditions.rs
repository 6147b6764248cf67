//! Also right: `select!` in a loop, where each branch has a condition: a call that is done is not polled again.

use std::{pin::pin, time::Duration};

use mock_llm::{Error, MockLlm, Reply};
use tokio::time::sleep;

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let (mut first, mut second) = (pin!(ask(llm, "atlas", prompt)), pin!(ask(llm, "birch", prompt)));
    let mut delay = pin!(sleep(delay));
    let (mut late, mut first_failed, mut second_failed) = (false, false, false);
    loop {
        tokio::select! {
            result = &mut first, if !first_failed => match result {
                Err(_) if late && !second_failed => first_failed = true,
                result => return result,
            },
            result = &mut second, if late && !second_failed => match result {
                Err(_) if !first_failed => second_failed = true,
                result => return result,
            },
            () = &mut delay, if !late => late = true,
        }
    }
}
