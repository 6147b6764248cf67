//! # The newest waker: a solution
//!
//! A waker belongs to a task, not to a future. A future that moves to another task is polled with another waker, and the
//! documentation of `Future::poll` says what follows: only the waker of the most recent poll is to be woken. So every
//! poll that returns `Pending` replaces what it finds. "Keep it if there is none yet" works in every simple test, and
//! hangs in production, at the first `timeout(…, &mut reply)` whose future is awaited somewhere else afterwards.
//!
//! The lock is held from the look at the text to the note of the waker. With two locks, `put` could come between them: it
//! would find no waker, and `poll` would have seen no text. A lost wake-up that happens once in a million runs.
//!
//! Also right: `clone_from`, which clones only when the waker is another one (`Waker::will_wake`); `AtomicWaker` of the
//! futures crate, which does all this without a lock; and the `oneshot` channel of tokio or futures, which is this
//! exercise, finished.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

/// What the two sides share.
#[derive(Debug, Default)]
struct Shared {
    text: Option<String>,
    /// Who wants to be woken when the text is there.
    waker: Option<Waker>,
}

/// The side that waits.
#[derive(Debug)]
pub struct Reply(Arc<Mutex<Shared>>);

/// The side that brings the text.
#[derive(Debug)]
pub struct Sender(Arc<Mutex<Shared>>);

/// The two sides of one reply.
pub fn reply() -> (Sender, Reply) {
    let shared = Arc::<Mutex<Shared>>::default();
    (Sender(shared.clone()), Reply(shared))
}

impl Sender {
    /// Puts the text there and wakes whoever waits for it.
    pub fn put(self, text: &str) {
        let waker = {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.text = Some(text.to_owned());
            shared.waker.take()
        };
        // Outside of the lock: a waker may poll at once, and the poll takes the lock.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Reply {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        if let Some(text) = shared.text.take() {
            return Poll::Ready(text);
        }
        shared.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/newest_waker.rs"]
mod checks;
