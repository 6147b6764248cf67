//! Also right: the state machine is written by the compiler, and each turn is a `yield_now` by `poll_fn`.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

/// A countdown, made of an `async` block.
pub struct Countdown(Pin<Box<dyn Future<Output = u32> + Send>>);

impl std::fmt::Debug for Countdown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Countdown")
    }
}

impl Countdown {
    /// Counts nothing yet.
    pub fn from(number: u32) -> Self {
        Self(Box::pin(async move {
            for _ in 0..number {
                let mut is_woken = false;
                poll_fn(|cx| {
                    if is_woken {
                        return Poll::Ready(());
                    }
                    is_woken = true;
                    cx.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
            }
            number + 1
        }))
    }
}

impl Future for Countdown {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        self.0.as_mut().poll(cx)
    }
}
