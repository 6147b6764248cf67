//! Also right: `AtomicWaker` keeps the newest waker without a lock. Register first, then look.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use futures::task::AtomicWaker;

/// What the two sides share.
#[derive(Debug, Default)]
struct Shared {
    text: OnceLock<String>,
    waker: AtomicWaker,
}

/// The side that waits.
#[derive(Debug)]
pub struct Reply(Arc<Shared>);

/// The side that brings the text.
#[derive(Debug)]
pub struct Sender(Arc<Shared>);

/// The two sides of one reply.
pub fn reply() -> (Sender, Reply) {
    let shared = Arc::<Shared>::default();
    (Sender(shared.clone()), Reply(shared))
}

impl Sender {
    /// Puts the text there and wakes whoever waits for it.
    pub fn put(self, text: &str) {
        let _ = self.0.text.set(text.to_owned());
        self.0.waker.wake();
    }
}

impl Future for Reply {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        self.0.waker.register(cx.waker());
        self.0.text.get().cloned().map_or(Poll::Pending, Poll::Ready)
    }
}
