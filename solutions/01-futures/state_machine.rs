//! # State machine: a solution
//!
//! A poll goes on where the last one stopped: that is the state. It goes on as far as it can: that is the loop. A call
//! that is ready does not end the poll, it leads to the next state, and the next call is polled at once. Only a call
//! that is not ready ends it, with `Pending`, and that call has kept the waker. To return `Pending` for any other
//! reason means that nobody will wake the task.
//!
//! What stands in a state is what lives across its `.await`: `Drafting` needs the writer for the next line, `Improving`
//! does not need it any more. That is why a future has room for its largest state at least (exercise `smaller_future`),
//! and why that of an `async fn` may not be moved once it is polled: one of its variables may borrow another. This one
//! is written by hand, no state borrows from another, and all its parts may be moved: so it is `Unpin`.
//!
//! A poll after the end panics, as the compiler's does: it is a mistake of the caller, and silence would hide it.
//!
//! Two forms are usual. `mem::replace(&mut *self, Answer::Done)` and a `match` by value moves the writer from state to
//! state without a clone; then each arm that returns `Pending` has to put its state back. That is the form below. The
//! other one matches on `&mut *self` and assigns the next state when the last one is done. Both are right, and so is a
//! chain of `if let`s without a loop, as the states only go forwards.

use std::{
    mem,
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
        loop {
            match mem::replace(&mut *self, Answer::Done) {
                Answer::Start { writer } => {
                    let call = writer.draft();
                    *self = Answer::Drafting { writer, call };
                }
                Answer::Drafting { writer, mut call } => match call.as_mut().poll(cx) {
                    Poll::Ready(draft) => *self = Answer::Improving { call: writer.improve(&draft) },
                    Poll::Pending => {
                        *self = Answer::Drafting { writer, call };
                        return Poll::Pending;
                    }
                },
                Answer::Improving { mut call } => {
                    let poll = call.as_mut().poll(cx);
                    if poll.is_pending() {
                        *self = Answer::Improving { call };
                    }
                    return poll;
                }
                Answer::Done => panic!("polled after it was ready"),
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/state_machine.rs"]
mod checks;
