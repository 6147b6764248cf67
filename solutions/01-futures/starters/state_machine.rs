//! # State machine
//!
//! `answer` is an `async fn` with two `.await`s. The compiler makes an enum of it, with a state for each place at which
//! it can wait, and a `poll` that goes from state to state. Write this `poll` for `Answer`, without `answer`, so that
//! nobody who polls the two can tell which is which: the same calls are made and polled by the same polls, nobody is
//! woken but by them, what is not needed any more is dropped, and a poll after `Ready` panics.
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
    /// Waits at the first `.await`.
    Drafting { writer: W, call: Call },
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
