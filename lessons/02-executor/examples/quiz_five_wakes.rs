//! Quiz: how many polls does the task take?
//!
//! Run: `cargo run -p lesson-02-executor --example quiz_five_wakes`

// ANCHOR: quiz
use std::{future::poll_fn, task::Poll};

use lesson_02_executor::runtime::{block_on, spawn};

fn main() {
    let task = async {
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(());
            }
            for _ in 0..5 {
                context.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
        polls
    };
    println!("{} polls", block_on(async { spawn(task).await }).expect("it does not panic"));
}
// ANCHOR_END: quiz
