//! # Token stream: a solution
//!
//! The state says what the stream waits for, and each poll goes on from there as far as it can: a loop around a `match`. `ready!`
//! returns `Pending` where the call or the timer did, so the waker of this poll is always with the one that will come about.
//!
//! A call that was ready is dropped with its state, so nobody can poll it again. A timer that has fired is taken out. The next one
//! is made when a word is given: made later, at the next poll, it would begin only when the reader comes back.
//!
//! `Ended` holds nothing and leads nowhere: after the end, always the end.
//!
//! Also right: one timer for all words that is `reset` for each; a field `Option` for the call and one for the words; a generator
//! (`stream!`) in a box, which writes such a state machine for you.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::{Stream, future::BoxFuture};
use mock_llm::{Error, Reply};
use tokio::time::{Sleep, sleep};

/// A reply, word by word.
pub struct Typed {
    pace: Duration,
    state: State,
}

/// How far it is.
enum State {
    /// The reply is not there yet.
    Asking(BoxFuture<'static, Result<Reply, Error>>),
    /// These words are left, and the next one has to wait for this timer, if there is one.
    Typing(VecDeque<String>, Option<Pin<Box<Sleep>>>),
    Ended,
}

/// Types the reply of `call`, a word every `pace`.
pub fn typed(call: BoxFuture<'static, Result<Reply, Error>>, pace: Duration) -> Typed {
    Typed { pace, state: State::Asking(call) }
}

/// Words, each with the white space before it. Joined, they are the text.
fn words(text: &str) -> VecDeque<String> {
    mock_llm::tokens(text).map(str::to_owned).collect()
}

impl Stream for Typed {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pace = self.pace;
        loop {
            match &mut self.state {
                State::Asking(call) => match ready!(call.as_mut().poll(cx)) {
                    Ok(reply) => self.state = State::Typing(words(&reply.text), None),
                    Err(error) => {
                        self.state = State::Ended;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Typing(words, timer) => {
                    if words.is_empty() {
                        self.state = State::Ended;
                        continue;
                    }
                    if let Some(pause) = timer {
                        ready!(pause.as_mut().poll(cx));
                    }
                    *timer = Some(Box::pin(sleep(pace)));
                    return Poll::Ready(words.pop_front().map(Ok));
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/token_stream.rs"]
mod checks;
