//! Quiz: which of the three tasks is to blame?
//!
//! Run: `cargo run -p lesson-02-executor --example quiz_who_is_stuck`

// ANCHOR: quiz
use std::{future::poll_fn, task::Poll};

use futures::channel::oneshot;
use lesson_02_executor::runtime::{Builder, spawn_named};

fn main() {
    let stuck = Builder::new().virtual_clock().build().try_block_on(async {
        let (answer, question) = oneshot::channel::<u32>();
        let asks = spawn_named("asks", question);
        let _answers = spawn_named("answers", async move {
            let number = poll_fn(|_context| Poll::Pending).await;
            answer.send(number).expect("somebody asks");
        });
        asks.await
    });
    println!("{}", stuck.expect_err("nobody answers"));
}
// ANCHOR_END: quiz
