//! Myth: "`yield_now` does nothing, it only costs time."
//!
//! Run: `cargo run -p lesson-02-executor --example myth_yield_is_pointless`

// ANCHOR: myth
use lesson_02_executor::runtime::{block_on, spawn, yield_now};

async fn count(gives_way: bool) {
    for number in 0..3 {
        print!(" {number}");
        if gives_way {
            yield_now().await;
        }
    }
}

fn main() {
    for (title, gives_way) in [("without yield_now:", false), ("with yield_now:   ", true)]
    {
        print!("{title}");
        block_on(async {
            for counter in [spawn(count(gives_way)), spawn(count(gives_way))] {
                counter.await.expect("it does not panic");
            }
        });
        println!();
    }
}
// ANCHOR_END: myth
