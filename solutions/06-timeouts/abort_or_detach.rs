//! # Abort or detach: a solution
//!
//! TODO: why it works.
//!
//! Also right: TODO: what else would.

use mock_llm::{MockLlm, Reply};

/// TODO: what it gives to its caller.
pub async fn answer(llm: &MockLlm, prompt: &str) -> Reply {
    llm.complete(prompt).await.expect("the script of this exercise has no faults")
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/abort_or_detach.rs"]
mod checks;
