//! # Fan out
//!
//! Three models get the same question. `ask_all` must take as long as the slowest model, not as long as all three
//! together. The replies come back in the order atlas, birch, cedar.
//!
//! Run: `cargo workbook check 03-join/fan_out` · Read: book, chapter 3, All at once: `join!` · 10 min

use mock_llm::{MockLlm, Reply};

/// Asks one model. The future does nothing until it is polled.
async fn ask(llm: &MockLlm, model: &str, prompt: &str) -> Reply {
    llm.model(model).complete(prompt).await.expect("the script of this exercise has no faults")
}

/// Asks atlas, birch and cedar, all at the same time.
pub async fn ask_all(llm: &MockLlm, prompt: &str) -> [Reply; 3] {
    todo!("start the three calls, then wait for all of them")
}

#[path = "checks/fan_out.rs"]
mod checks;
