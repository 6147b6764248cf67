//! Trap: all wakers are kept, and `put` wakes them all, to be on the safe side.
//! Caught by: wakes_only_the_task_that_polled_last
//! Says: a list of all wakers grows with every poll

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

/// What the two sides share.
#[derive(Debug, Default)]
struct Shared {
    text: Option<String>,
    wakers: Vec<Waker>,
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
        let wakers = {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.text = Some(text.to_owned());
            std::mem::take(&mut shared.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Future for Reply {
    type Output = String;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        let mut shared = self.0.lock().expect("nobody panics with this lock");
        if let Some(text) = shared.text.take() {
            return Poll::Ready(text);
        }
        shared.wakers.push(cx.waker().clone());
        Poll::Pending
    }
}
