//! A limit on the whole call.

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};
use tokio::time::timeout;

// ANCHOR: answer
/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// The limit was over, and the call was dropped.
    TooLate,
    /// The model said so itself.
    Model(Error),
}

/// The answer, if it is there within `limit`.
pub async fn answer(
    llm: &MockLlm,
    question: &str,
    limit: Duration,
) -> Result<Reply, Failed> {
    match timeout(limit, llm.complete(question)).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(error)) => Err(Failed::Model(error)),
        Err(_elapsed) => Err(Failed::TooLate),
    }
}
// ANCHOR_END: answer
