//! # Bridge
//!
//! The vendor's SDK gives tokens by a call that holds its thread. `bridge` makes an async stream of it: a thread asks
//! for the tokens, a channel brings them over. Somebody has written it, and the tokens come. Two things are wrong, and
//! both show only in production.
//!
//! A slow reader slows the source: when `read` tokens were read, at most `read + capacity + 1` were taken from it. And
//! a reader that leaves ends it: when the stream is dropped, the source is asked at most once more, and it is dropped
//! too. That holds in silence as well, while the model thinks and no token comes: an answer of `Nothing` is the moment
//! to look. That a reader has left is no reason to panic. What is right stays right: all tokens in their order, each when it is there, also one
//! without a text; the event loop's thread is never held, and the stream is polled when there is something to read.
//! `capacity` is at least 1.
//!
//! Run: `cargo workbook check 07-blocking/bridge` · Read: book, chapter 7, A bridge from a thread · 15 min
//! Starts: wrong

use std::time::Duration;

use futures::{Stream, stream};
use tokio::{sync::mpsc, task::spawn_blocking};

/// What the SDK answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Token(String),
    /// No token came in this time. The answer goes on.
    Nothing,
    End,
}

/// An answer of the vendor's SDK.
pub trait Source: Send + 'static {
    /// Holds the thread until there is a token, or the answer has ended, or this time is over. Nobody can stop it
    /// meanwhile.
    fn next_within(&mut self, time: Duration) -> Next;
}

/// As long as one call to the source may hold its thread.
pub const PATIENCE: Duration = Duration::from_millis(50);

/// The tokens of this source. At most `capacity` of them wait to be read.
pub fn bridge(mut source: impl Source, capacity: usize) -> impl Stream<Item = String> + Send + Unpin {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    spawn_blocking(move || {
        loop {
            match source.next_within(PATIENCE) {
                Next::Token(token) => {
                    if sender.send(token).is_err() {
                        return;
                    }
                }
                Next::Nothing => {}
                Next::End => return,
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

#[path = "checks/bridge.rs"]
mod checks;
