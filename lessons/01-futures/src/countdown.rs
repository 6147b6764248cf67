//! A future written by hand: a struct that remembers, and a method that goes one step on.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

// ANCHOR: countdown
/// Is not ready `left` times, and then it is.
#[derive(Debug)]
pub struct Countdown {
    pub left: u32,
}

impl Future for Countdown {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'static str> {
        if self.left == 0 {
            return Poll::Ready("go");
        }
        self.left -= 1;
        // `Pending` is a promise that this waker will be called. Nobody else knows of the countdown, so it does it now.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
// ANCHOR_END: countdown

// ANCHOR: forgets
/// The same, without the call of the waker. The compiler has nothing against it.
#[derive(Debug)]
pub struct Forgets {
    pub left: u32,
}

impl Future for Forgets {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<&'static str> {
        if self.left == 0 {
            return Poll::Ready("go");
        }
        self.left -= 1;
        Poll::Pending
    }
}
// ANCHOR_END: forgets
