//! # Paused stream
//!
//! A reader of a long answer presses "pause", thinks, and presses it again. The switch is a `watch` channel: `true`
//! means paused. The stream below obeys it, but the fan of the computer runs as long as the pause lasts. Mend
//! `pausable`:
//!
//! - All tokens come out, each once, in their order. The stream ends when the tokens end; if they end during a pause, it
//!   may say so at once or after the pause.
//! - No token comes out while the switch says "paused", also before the first one, and also if tokens come faster than the
//!   reader takes them. One token at most is taken from `tokens` during a pause: the rest waits where it is.
//! - Only the newest value of the switch counts. `true` may be sent again during a pause, and changes nothing; nor does a
//!   `false` with a `true` right behind it.
//! - During a pause the stream is polled twice at most, and once more for each time that something is sent. It does not
//!   look again by itself, and not after a sleep: the switch wakes it, at once.
//! - A reader who leaves in a pause takes the call along, while the switch is still there.
//! - When the sender of the switch has been dropped, nobody can press it any more: all tokens come out, also if it said
//!   "paused" last.
//!
//! You may throw `Pausable` away and write it otherwise.
//!
//! Starts: busy loop
//! Run: `cargo workbook check 05-queues/paused_stream` · Read: book, chapter 5, The newest value: watch · 15 min

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures::{Stream, StreamExt, stream};
use tokio::sync::watch;

struct Pausable<S> {
    tokens: S,
    paused: watch::Receiver<bool>,
}

impl<S: Stream<Item = String> + Unpin> Stream for Pausable<S> {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        if *self.paused.borrow() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.tokens.poll_next_unpin(cx)
    }
}

/// The same tokens, but none while the switch says "paused".
pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
where
    S: Stream<Item = String> + Unpin + Send + 'static,
{
    Pausable { tokens, paused }
}

#[path = "checks/paused_stream.rs"]
mod checks;
