//! One instant for several calls, and for the waits between them.

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::total::Failed;

// ANCHOR: three_steps
/// Plans, drafts and checks: three calls, and the customer waits for all of them. The deadline is an instant, so it is handed
/// on as it is, and nobody has to reckon what is left.
pub async fn in_three_steps(
    llm: &MockLlm,
    question: &str,
    deadline: Instant,
) -> Result<String, Failed> {
    let mut text = question.to_owned();
    for step in ["Plan", "Draft", "Check"] {
        let call = llm.complete(&format!("{step}: {text}"));
        text = by(deadline, call).await?.text;
    }
    Ok(text)
}

/// What the call gives, if it is there by `deadline`.
async fn by(
    deadline: Instant,
    call: impl Future<Output = Result<Reply, Error>>,
) -> Result<Reply, Failed> {
    match timeout_at(deadline, call).await {
        Ok(outcome) => outcome.map_err(Failed::Model),
        Err(_elapsed) => Err(Failed::TooLate),
    }
}
// ANCHOR_END: three_steps

// ANCHOR: each_its_own
/// The same with a limit for each step: nobody has said how long all three may take.
pub async fn each_its_own(
    llm: &MockLlm,
    question: &str,
    limit: Duration,
) -> Result<String, Failed> {
    let mut text = question.to_owned();
    for step in ["Plan", "Draft", "Check"] {
        let call = llm.complete(&format!("{step}: {text}"));
        text = match timeout(limit, call).await {
            Ok(outcome) => outcome.map_err(Failed::Model)?.text,
            Err(_elapsed) => return Err(Failed::TooLate),
        };
    }
    Ok(text)
}
// ANCHOR_END: each_its_own

// ANCHOR: retry_after
/// Comes back when the provider says so. Where that is after the deadline, it says so now: nobody should wait for an answer
/// that cannot come. "At once" is taken as a millisecond, for a provider that says so and refuses again.
pub async fn when_asked_to_come_back(
    llm: &MockLlm,
    question: &str,
    deadline: Instant,
) -> Result<Reply, Failed> {
    loop {
        let wait = match by(deadline, llm.complete(question)).await {
            Err(Failed::Model(Error::RateLimited { retry_after: Some(wait) })) => {
                wait.max(Duration::from_millis(1))
            }
            outcome => return outcome,
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if wait >= left {
            return Err(Failed::TooLate);
        }
        sleep(wait).await;
    }
}
// ANCHOR_END: retry_after
