//! # Countdown
//!
//! A `Countdown` from 3 lets everybody else have three turns: its first three polls say that it is not ready, its fourth
//! poll says `Ready`. It wakes its own task, because nobody else knows that it wants to go on. Its output is the number
//! of polls that it took. Write its `poll`.
//!
//! Run: `cargo workbook check 01-futures/countdown` · Read: book, chapter 1 · 10 min

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Is ready at the poll after `left` polls that were not.
#[derive(Debug)]
pub struct Countdown {
    left: u32,
    polls: u32,
}

impl Countdown {
    /// Counts nothing yet.
    pub fn from(number: u32) -> Self {
        Self { left: number, polls: 0 }
    }
}

impl Future for Countdown {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        todo!("count this poll; then say that it is ready, or take one off and see to it that there is a next poll")
    }
}

#[path = "checks/countdown.rs"]
mod checks;
