//! # Back-pressure: a solution
//!
//! `send(token).await` waits for room too, but with the token in its hand: it has been taken already. `reserve` waits for room first, and
//! gives a permit: a place in the queue. Then the token is taken, and sent into that place without a wait.
//!
//! Two things can end the wait for a token: the token, and the reader who leaves. `Sender::closed` tells of the second one. `reserve`
//! would say it too, but only when it is called the next time, and a silent model gives no next time.
//!
//! Both may be ready at the same instant. `biased` makes the reader the first that is looked at: a token that comes when the reader has left is
//! not taken, and not by luck.
//!
//! A permit that is dropped gives its place back, so nothing is to be done when the stream ends.
//!
//! Also right: `reserve_owned`, which moves the sender in and out; a `Semaphore` of your own is right only if the reader gives the
//! permits back, and the receiver of a channel cannot.

use std::pin::pin;

use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

/// Takes `tokens` ahead of whoever reads the receiver. Needs a runtime. The capacity is 1 or more.
pub fn relay(tokens: impl Stream<Item = String> + Send + 'static, capacity: usize) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(capacity);
    tokio::spawn(async move {
        let mut tokens = pin!(tokens);
        while let Ok(room) = sender.reserve().await {
            tokio::select! {
                biased;
                () = sender.closed() => return,
                token = tokens.next() => match token {
                    Some(token) => room.send(token),
                    None => return,
                },
            }
        }
    });
    receiver
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/backpressure.rs"]
mod checks;
