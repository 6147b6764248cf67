//! TODO: one idea, in 30 to 150 lines.

use mock_llm::{Error, MockLlm, Reply};

/// TODO: what it gives to its caller.
// ANCHOR: one_call
pub async fn one_call(llm: &MockLlm, prompt: &str) -> Result<Reply, Error> {
    llm.complete(prompt).await
}
// ANCHOR_END: one_call
