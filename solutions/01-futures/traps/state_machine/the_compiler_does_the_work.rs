//! Trap: the whole `async fn` is put into one state. It runs, and nothing was learned.
//! Caught by: is_in_the_state_where_it_waits
//! Says: saw Start, Improving, Improving
//! Says: here you do it, without `answer`

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

impl<W: Writer + 'static> Future for Answer<W> {
    type Output = String;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        loop {
            match mem::replace(&mut *self, Answer::Done) {
                Answer::Start { writer } => *self = Answer::Improving { call: Box::pin(answer(writer)) },
                Answer::Improving { mut call } => {
                    let poll = call.as_mut().poll(cx);
                    if poll.is_pending() {
                        *self = Answer::Improving { call };
                    }
                    return poll;
                }
                Answer::Drafting { .. } | Answer::Done => panic!("polled after it was ready"),
            }
        }
    }
}
