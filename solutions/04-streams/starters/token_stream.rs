//! # Token stream
//!
//! A small model in the cellar does not stream: its call gives the whole reply. The screen wants words all the same. `typed`
//! makes a stream of such a call: it waits for the reply, and then it gives a word, waits for `pace`, gives the next one.
//! Write `poll_next` by hand:
//!
//! - The first word comes with the reply. Each other word comes at the earliest `pace` after the one before was given; who asks
//!   later than that gets it at once.
//! - A call that fails is one item, the error. After the last word or the error comes the end, and who asks again gets the end
//!   again. (Whether the end waits for `pace`, too, is up to you.)
//! - It says `Pending` only where the call or the timer did. Nothing happens before the first poll, and nothing after a drop.
//!
//! Run: `cargo workbook check 04-streams/token_stream` · Read: book, chapter 4, First principles · 15 min

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
        todo!("ask the call or the timer, whichever it is that you wait for, and go on as far as you can")
    }
}

#[path = "checks/token_stream.rs"]
mod checks;
