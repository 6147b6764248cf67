//! # Give up
//!
//! Ask one question of a list of models at the same time, and give each of them `limit` for its answer. In the order of
//! `models`:
//!
//! - the answer, or the error of the model, as it came;
//! - `TooLate`, if the model has said nothing when `limit` is over. An answer at exactly that instant is in time. Its call is
//!   dropped at that instant, and costs nothing any more.
//!
//! All is over when the last model has answered or is given up, and no later. Nothing is left behind then, nor when
//! somebody drops `ask_each` itself. `Duration::MAX` is a limit too: it is never over.
//!
//! Run: `cargo workbook check 06-timeouts/give_up` · Read: book, chapter 6, A limit on the whole · 8 min

use std::time::Duration;

use mock_llm::{Error, MockLlm, Reply};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failed {
    /// The limit was over.
    TooLate,
    /// What the model said in place of an answer.
    Model(Error),
}

/// Asks all `models`, by name, and gives each of them `limit`.
pub async fn ask_each(llm: &MockLlm, models: &[&str], question: &str, limit: Duration) -> Vec<Result<Reply, Failed>> {
    todo!("a timeout round each call, and all of them at the same time")
}

#[path = "checks/give_up.rs"]
mod checks;
