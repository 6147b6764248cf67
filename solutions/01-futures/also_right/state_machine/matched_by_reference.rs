//! Also right: the states are matched by reference, and a state is replaced only when it is left.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
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
        loop {
            match &mut *self {
                Answer::Start { .. } => {
                    let Answer::Start { writer } = mem::replace(&mut *self, Answer::Done) else {
                        unreachable!("it was Start")
                    };
                    let call = writer.draft();
                    *self = Answer::Drafting { writer, call };
                }
                Answer::Drafting { writer, call } => {
                    let draft = ready!(call.as_mut().poll(cx));
                    let call = writer.improve(&draft);
                    *self = Answer::Improving { call };
                }
                Answer::Improving { call } => {
                    let text = ready!(call.as_mut().poll(cx));
                    *self = Answer::Done;
                    return Poll::Ready(text);
                }
                Answer::Done => panic!("polled after it was ready"),
            }
        }
    }
}
