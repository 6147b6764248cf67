//! Trap: a loop looks every ten milliseconds whether the answer is there.
//! Caught by: an_answer_in_time_needs_no_second_call
//! Says: looks again and again
//! Says: whoever has the answer wakes your future

use std::{pin::pin, time::Duration};

use futures::{FutureExt, future::select_ok};
use mock_llm::{Error, MockLlm, Reply};
use tokio::time::{Instant, sleep};

async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Result<Reply, Error> {
    llm.model(model).complete(prompt).await
}

pub async fn hedge(llm: &MockLlm, prompt: &str, delay: Duration) -> Result<Reply, Error> {
    let mut first = pin!(ask(llm, "atlas", prompt));
    let started = Instant::now();
    while started.elapsed() < delay {
        if let Some(in_time) = first.as_mut().now_or_never() {
            return in_time;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let second = pin!(ask(llm, "birch", prompt));
    let (reply, _loser) = select_ok([first, second]).await?;
    Ok(reply)
}
