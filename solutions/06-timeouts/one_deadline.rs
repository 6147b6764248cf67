//! # One deadline: a solution
//!
//! A *limit* starts anew with each use: three calls with a limit of 5 s may take 15 s. A *deadline* is an instant. It is computed once, where
//! the request comes in, and everything that waits gets the same one: `timeout_at` for the calls, a comparison for the wait that the
//! model asks for.
//!
//! To wait for the deadline and give up then is the worst of both: if `Retry-After` lies behind it, the answer is known now.
//!
//! What is done belongs to the caller of `report`, so it stands outside of what `timeout_at` drops.
//!
//! Also right: `timeout_at` once round the whole, with the texts in a variable outside; what is left (`deadline - now`), computed before
//! each wait.

use std::time::Duration;

use mock_llm::{Error, MockLlm};
use tokio::time::{Instant, sleep, timeout_at};

/// Why there is no report.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    TooLate { done: Vec<String> },
    Model(Error),
}

/// Makes the steps one after another, all of them within `limit`. A limit is an hour at most.
pub async fn report(llm: &MockLlm, steps: &[&str], limit: Duration) -> Result<String, Failed> {
    let deadline = Instant::now() + limit;
    let mut done: Vec<String> = Vec::new();
    for step in steps {
        let prompt = format!("{step}\n{}", done.last().map_or("", String::as_str));
        let text = loop {
            match timeout_at(deadline, llm.complete(&prompt)).await {
                Ok(Ok(reply)) => break reply.text,
                Ok(Err(Error::RateLimited { retry_after: Some(wait) })) => {
                    let again = Instant::now() + wait;
                    if again > deadline {
                        return Err(Failed::TooLate { done });
                    }
                    sleep(wait).await;
                }
                Ok(Err(error)) => return Err(Failed::Model(error)),
                Err(_elapsed) => return Err(Failed::TooLate { done }),
            }
        };
        done.push(text);
    }
    Ok(done.pop().unwrap_or_default())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/one_deadline.rs"]
mod checks;
