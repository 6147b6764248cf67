//! Quiz: which task ends first, and in which order are the results?
//!
//! Run: `cargo run -p lesson-02-executor --example quiz_two_tasks`

// ANCHOR: quiz
use std::time::Duration;

use lesson_02_executor::runtime::{Builder, now, sleep, spawn};

async fn nap(seconds: u64) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    println!("the nap of {seconds} s ends at {:?}", now());
    seconds
}

fn main() {
    let results = Builder::new().virtual_clock().build().block_on(async {
        let (two, one) = (spawn(nap(2)), spawn(nap(1)));
        (two.await.expect("it does not panic"), one.await.expect("it does not panic"))
    });
    println!("{results:?}");
}
// ANCHOR_END: quiz
