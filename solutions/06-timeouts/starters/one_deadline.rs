//! # One deadline
//!
//! A report is made in steps. Each step is one prompt, `{step}\n{what the step before gave}`, and needs the one before it. Before
//! the first one there is nothing: its prompt is `{step}\n`. The reader waits for `limit`, for all of the steps together.
//!
//! - `report` gives the text of the last step; without steps, an empty text.
//! - When the time is over, it returns at that instant, with what is done: `TooLate { done }`, one text for each step that has
//!   ended. The call that runs is dropped. What comes at exactly the last instant is in time.
//! - A model may turn a call away and say when to come back (`RateLimited { retry_after: Some(wait) }`): then this call is made
//!   again after `wait`, as often as the model says so. If the deadline comes before that, waiting is in vain: `TooLate` at once.
//!   (A wait that ends at exactly the deadline may be begun or not. A wait is a millisecond at least, and a day at most.)
//! - Any other error ends the report: `Failed::Model`.
//!
//! Run: `cargo workbook check 06-timeouts/one_deadline` · Read: book, chapter 6, One deadline for everything · 12 min

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
    todo!("compute the deadline once, and hand it to everything that waits")
}

#[path = "checks/one_deadline.rs"]
mod checks;
