//! Trap: when the draft is ready the improvement is called, and its call is not put into the state: the loop finds Start.
//! Caught by: goes_on_while_the_calls_are_ready
//! Says: An arm has to put the next state in place

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
        loop {
            match &mut *self {
                Answer::Start { writer } => {
                    let mut call = writer.draft();
                    let Poll::Ready(draft) = call.as_mut().poll(cx) else { return Poll::Pending };
                    let _call = writer.improve(&draft);
                }
                Answer::Drafting { .. } => return Poll::Pending,
                Answer::Improving { call } => return call.as_mut().poll(cx),
                Answer::Done => panic!("polled after it was ready"),
            }
        }
    }
}
