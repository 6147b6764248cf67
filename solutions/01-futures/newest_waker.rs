//! # The newest waker: a solution
//!
//! A waker belongs to a task, not to a future. A future that moves to another task is polled with another waker, and
//! the documentation of `Future::poll` says what follows: only the waker of the most recent poll is to be woken. So
//! every poll that returns `Pending` replaces what it finds. "Keep it if there is none yet" works in every simple test,
//! and hangs in production, at the first `timeout(…, &mut first)` whose future is awaited somewhere else afterwards.
//!
//! Newest means: newest of this future. Two futures wait here, so there are two places. With one place the second
//! waiter pushes the first one out, and a token uses up the waker of the one that waits for the end.
//!
//! The lock is held from the look at the tokens to the note of the waker. With two locks, `push` could come between
//! them: it would find no waker, and `poll` would have seen no token. Such a lost wake-up is rare, and no test on one
//! thread has it. And the lock is not held while a waker is called: a waker may do anything, and poll at once, on the
//! same stack. That poll takes the lock.
//!
//! Also right: `clone_from`, which clones only when the waker is another one (`Waker::will_wake`); two `AtomicWaker`s
//! of the futures crate, which do all this without a lock; two `oneshot` channels.

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
    /// Who waits for the first token.
    first: Option<Waker>,
    /// Who waits for the end.
    whole: Option<Waker>,
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
        let first = {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.tokens.push(token.to_owned());
            shared.first.take()
        };
        // Outside of the lock: a waker may poll at once, and the poll takes the lock.
        if let Some(first) = first {
            first.wake();
        }
    }

    /// Says that no token comes any more.
    pub fn finish(self) {
        let waiting = {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.is_finished = true;
            [shared.first.take(), shared.whole.take()]
        };
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

impl Future for FirstToken {
    type Output = Option<String>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        if shared.is_finished || !shared.tokens.is_empty() {
            return Poll::Ready(shared.tokens.first().cloned());
        }
        shared.first = Some(cx.waker().clone());
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
        shared.whole = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/newest_waker.rs"]
mod checks;
