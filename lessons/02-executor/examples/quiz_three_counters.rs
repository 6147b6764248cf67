//! Quiz: in which order do the six words come, and what does the clock say?
//!
//! Run: `cargo run -p lesson-02-executor --example quiz_three_counters`

// ANCHOR: quiz
use std::time::Duration;

use lesson_02_executor::runtime::{Builder, now, sleep, spawn};

async fn count() {
    for word in ["one", "two"] {
        println!("{word}");
        sleep(Duration::from_secs(1)).await;
    }
}

fn main() {
    Builder::new().virtual_clock().build().block_on(async {
        for counter in [spawn(count()), spawn(count()), spawn(count())] {
            counter.await.expect("it does not panic");
        }
        println!("{:?}", now());
    });
}
// ANCHOR_END: quiz
