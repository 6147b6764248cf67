//! Also right: a `oneshot` channel is this exercise, finished.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::oneshot;

/// The side that waits.
#[derive(Debug)]
pub struct Reply(oneshot::Receiver<String>);

/// The side that brings the text.
#[derive(Debug)]
pub struct Sender(oneshot::Sender<String>);

/// The two sides of one reply.
pub fn reply() -> (Sender, Reply) {
    let (sender, receiver) = oneshot::channel();
    (Sender(sender), Reply(receiver))
}

impl Sender {
    /// Puts the text there and wakes whoever waits for it.
    pub fn put(self, text: &str) {
        // Nobody waits any more: nobody misses it.
        let _ = self.0.send(text.to_owned());
    }
}

impl Future for Reply {
    type Output = String;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
        match Pin::new(&mut self.0).poll(cx) {
            Poll::Ready(Ok(text)) => Poll::Ready(text),
            // The sender is gone without a text, and none will ever come.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}
