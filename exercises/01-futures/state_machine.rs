//! # State machine
//!
//! `answer` is an `async fn` with two `.await`s. The compiler makes an enum of it, with a state for each place at which
//! it can wait, and a `poll` that goes from state to state. Write this `poll` for `Answer`, without `answer`, so that
//! nobody who polls the two can tell which is which: the same polls make the same calls and poll them, each with the
//! waker of this poll; only the calls wake the task; after `Ready` nothing is held, and a poll after that panics. In two
//! things they may differ: in the order in which they drop what they have used, and after a call that panics.
//!
//! Run: `cargo workbook check 01-futures/state_machine` · Read: book, chapter 1, What the compiler makes of an `async fn` · 15 min

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A call that is on its way, behind a pointer: it may be moved, and `call.as_mut().poll(cx)` polls it.
pub type Call = Pin<Box<dyn Future<Output = String>>>;

/// A model that writes in two steps. Nothing happens before the calls are polled.
pub trait Writer: Unpin {
    fn draft(&self) -> Call;
    fn improve(&self, draft: &str) -> Call;
}

/// What the compiler turns into a state machine.
pub async fn answer(writer: impl Writer) -> String {
    let draft = writer.draft().await;
    writer.improve(&draft).await
}

/// The state machine. A state keeps what the lines after it still need.
enum Answer<W> {
    /// Not polled yet.
    Start { writer: W },
    /// Waits at the first `.await`. What it waits for stands first, and so is dropped first.
    Drafting { call: Call, writer: W },
    /// Waits at the second `.await`.
    Improving { call: Call },
    /// The answer was given.
    Done,
}

impl<W> Answer<W> {
    /// What a call of `answer` does: it makes a future, and nothing else.
    pub fn new(writer: W) -> Self {
        Answer::Start { writer }
    }
}

impl<W: Writer> Future for Answer<W> {
    type Output = String;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        todo!("go on from the state in which the last poll stopped, as far as it goes, and remember the new state")
    }
}

#[path = "checks/state_machine.rs"]
mod checks;
