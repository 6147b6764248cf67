//! # Stalled buffer: a solution
//!
//! `buffered` polls its futures when it is polled, and never otherwise. In the starter it is not polled while `print` waits. So
//! the calls and the printer become two blocks in one `try_join!`: whenever the task is woken, both are polled, whichever of
//! them has to wait.
//!
//! Between them must be a queue, and a queue that is full brings the fault back: its sender waits, and polls no call. Therefore
//! the queue has no bound. What is bounded is the number of calls that *begin*: each takes a place first, keeps it with its
//! answer, and gives it back when the page is out. A wait for a place does no harm, for there is nothing to read yet.
//!
//! The places are taken in the order of the list, because the futures in the buffer are polled first in that order and a
//! semaphore is fair. In another order, six answers could wait for a question that has no place.
//!
//! An error goes the way of the answers, so it comes after the pages before it. Then the printing block ends with it, and
//! `try_join!` drops the other block: the calls in it are dropped, and no task is left, for there was none.
//!
//! Also right: a task for each call, in a buffer of handles that abort their tasks when they are dropped. The runtime polls them,
//! so the loop may wait for the printer.

use std::time::Duration;

use futures::{StreamExt, stream};
use mock_llm::{Error, MockLlm};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, sleep},
    try_join,
};

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
    let places = &Semaphore::new(ON_THEIR_WAY);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let calls = async move {
        let call = async |question: &String| {
            let place = places.acquire().await.expect("nobody closes it");
            (answer(llm, question).await, place)
        };
        let mut answers = stream::iter(questions).map(call).buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            // Nobody receives only when the other block has ended, and this one ends with it.
            let _ = sender.send(answer);
        }
        Ok(())
    };
    let pages = async {
        while let Some((answer, place)) = receiver.recv().await {
            printer.print(&answer?).await;
            drop(place);
        }
        Ok(())
    };
    try_join!(calls, pages).map(|_| ())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/stalled_buffer.rs"]
mod checks;
