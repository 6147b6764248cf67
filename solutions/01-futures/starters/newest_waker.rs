//! # The newest waker
//!
//! A model writes a reply, token by token. One task waits for the first token, to show it, and another one for the
//! whole reply, to save it. `push` and `finish` wake those whose wait they end, and nobody else. Each of the two futures
//! has one such task: the one that has polled it last, for a future may move to another task. And a waker may poll at
//! once, where it is called. When a future has returned `Ready`, a later `push` or `finish` does not wake its task any
//! more; where one was dropped before that, a wake-up of its task is neither asked for nor forbidden. An empty token is a
//! token. The code below works in the demo, and hangs in production. Mend it.
//!
//! Starts: lost wake-up
//! Run: `cargo workbook check 01-futures/newest_waker` · Read: book, chapter 1, Wait for somebody else · 15 min

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

/// What the three sides share.
#[derive(Debug, Default)]
struct Shared {
    tokens: Vec<String>,
    is_finished: bool,
    /// Who wants to be woken.
    waker: Option<Waker>,
}

/// The side that writes the tokens.
#[derive(Debug)]
pub struct Writer(Arc<Mutex<Shared>>);

/// Waits for the first token. `None` if the reply ends without one.
#[derive(Debug)]
pub struct FirstToken(Arc<Mutex<Shared>>);

/// Waits until the reply is finished.
#[derive(Debug)]
pub struct WholeReply(Arc<Mutex<Shared>>);

/// The three sides of one reply.
pub fn reply() -> (Writer, FirstToken, WholeReply) {
    let shared = Arc::<Mutex<Shared>>::default();
    (Writer(shared.clone()), FirstToken(shared.clone()), WholeReply(shared))
}

impl Writer {
    /// Adds a token.
    pub fn push(&self, token: &str) {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        shared.tokens.push(token.to_owned());
        if let Some(waker) = shared.waker.take() {
            waker.wake();
        }
    }

    /// Says that no token comes any more.
    pub fn finish(self) {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        shared.is_finished = true;
        if let Some(waker) = shared.waker.take() {
            waker.wake();
        }
    }
}

impl Future for FirstToken {
    type Output = Option<String>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        if shared.is_finished || !shared.tokens.is_empty() {
            return Poll::Ready(shared.tokens.first().cloned());
        }
        shared.waker.get_or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

impl Future for WholeReply {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        if shared.is_finished {
            return Poll::Ready(shared.tokens.concat());
        }
        shared.waker.get_or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

#[path = "checks/newest_waker.rs"]
mod checks;
