//! # Stalled buffer
//!
//! A night job answers a list of questions and prints the answers on paper, in the order of the list. It looks concurrent:
//! three calls in a buffer. But as long as the printer works, nobody reads them, and providers hang up on a client that does
//! not read. Mend `print_all`:
//!
//! - A call that has begun is read without a stop, token by token. It takes its own time, however slow the printer is.
//! - Three calls (`AT_ONCE`) are in flight at most. With a quick printer, twelve calls that take equally long take four rounds.
//! - Six questions (`ON_THEIR_WAY`) have been asked and are not printed yet, at most. The next one *begins* later.
//! - When a call fails, the answers to the questions before it are printed, and then, at once, its error is returned. No call is
//!   in flight any more when `print_all` returns, or when its caller drops it. (A task that was aborted ends when the runtime next
//!   has its turn: that is soon enough.)
//!
//! Starts: too slow
//! Run: `cargo workbook check 04-streams/stalled_buffer` · Read: book, chapter 4, The buffer that stands still · 15 min

use std::time::Duration;

use futures::{StreamExt, stream};
use mock_llm::{Error, MockLlm};
use tokio::time::{Instant, sleep};

pub const AT_ONCE: usize = 3;
pub const ON_THEIR_WAY: usize = 6;

/// Prints one page at a time, slowly.
#[derive(Debug)]
pub struct Printer {
    pub takes: Duration,
    /// What came out, and when.
    pub pages: Vec<(Instant, String)>,
}

impl Printer {
    pub async fn print(&mut self, answer: &str) {
        sleep(self.takes).await;
        self.pages.push((Instant::now(), answer.to_owned()));
    }
}

/// The whole answer. It does nothing until it is polled.
async fn answer(llm: &MockLlm, question: &str) -> Result<String, Error> {
    let mut text = String::new();
    let mut tokens = llm.stream(question);
    while let Some(token) = tokens.next().await {
        text.push_str(&token?.text);
    }
    Ok(text)
}

/// Prints the answers to all questions, in their order.
pub async fn print_all(llm: &MockLlm, questions: &[String], printer: &mut Printer) -> Result<(), Error> {
    let mut answers = stream::iter(questions).map(|question| answer(llm, question)).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        printer.print(&answer?).await;
    }
    Ok(())
}

#[path = "checks/stalled_buffer.rs"]
mod checks;
