//! What the compiler makes of an `async fn`: an enum with a state for every place at which it can wait.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::countdown::Countdown;

// ANCHOR: async_fn
/// Two countdowns, one after the other.
pub async fn in_turn(first: u32, second: u32) -> &'static str {
    Countdown { left: first }.await;
    Countdown { left: second }.await
}
// ANCHOR_END: async_fn

// ANCHOR: by_hand
/// The same by hand.
#[derive(Debug)]
pub enum InTurn {
    /// Not polled yet: the arguments.
    Start { first: u32, second: u32 },
    /// At the first `.await`: the future it waits for, and what the next line needs.
    First { countdown: Countdown, second: u32 },
    /// At the second `.await`. Nothing else is needed any more.
    Second { countdown: Countdown },
    /// After the end.
    Done,
}

impl Future for InTurn {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<&'static str> {
        // As far as it goes: a state that is ready leads to the next one within the same poll.
        loop {
            match &mut *self {
                &mut InTurn::Start { first, second } => {
                    *self = InTurn::First { countdown: Countdown { left: first }, second };
                }
                InTurn::First { countdown, second } => {
                    ready!(Pin::new(countdown).poll(cx));
                    *self = InTurn::Second { countdown: Countdown { left: *second } };
                }
                InTurn::Second { countdown } => {
                    let word = ready!(Pin::new(countdown).poll(cx));
                    *self = InTurn::Done;
                    return Poll::Ready(word);
                }
                InTurn::Done => panic!("polled after it was ready"),
            }
        }
    }
}
// ANCHOR_END: by_hand
