//! # Bridge: a solution
//!
//! The channel has room for `capacity` tokens. `blocking_send` holds its thread until there is room: this thread may be
//! held. So at most `capacity` tokens are in the queue and one is in the hand of the thread, and a slow reader slows
//! the source.
//!
//! A thread cannot be stopped from outside. It has to look, and it looks whenever it has the word: `blocking_send`
//! fails when the receiver is gone, and where there is nothing to send, `is_closed` says the same. The time of one call
//! to the source is the longest that a reader who has left is not noticed. A source without such a time, whose `next`
//! holds on for ever, cannot be bridged in this way: ask for a read timeout.
//!
//! Also right: to ask `is_closed` before each call; a thread of one's own in place of the pool's, where answers go on
//! for long; `Handle::block_on` of `reserve`, which waits for room first and asks after that.

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
    let (sender, mut receiver) = mpsc::channel(capacity);
    spawn_blocking(move || {
        loop {
            match source.next_within(PATIENCE) {
                Next::Token(token) => {
                    if sender.blocking_send(token).is_err() {
                        return;
                    }
                }
                Next::Nothing if sender.is_closed() => return,
                Next::Nothing => {}
                Next::End => return,
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/bridge.rs"]
mod checks;
