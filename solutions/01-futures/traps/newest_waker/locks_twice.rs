//! Trap: the lock is taken a second time while the first guard still lives: the thread waits for itself.
//! Caught by: waits_until_it_is_woken
//! Says: If you use a lock, take it once

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
        self.0.lock().expect("nobody panics with this lock").waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
