//! Myth: "The two actors wait for each other because their queues are too small."
//!
//! Run: `cargo run -p lesson-05-queues --example myth_a_larger_queue_mends_a_ring`

use std::time::Duration;

use lesson_05_queues::ring::{no_cycle, ring};
use tokio::time::timeout;

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let limit = Duration::from_secs(600);
    for (capacity, each) in [(1, 2), (16, 16), (16, 17), (100, 101)] {
        let ended = timeout(limit, ring(capacity, each)).await.is_ok();
        println!(
            "capacity {capacity:3}, {each:3} letters each: {}",
            if ended { "ended" } else { "never ends" }
        );
    }
    let ended = timeout(limit, no_cycle(1, 101)).await.is_ok();
    println!(
        "no cycle, capacity 1, 101 letters: {}",
        if ended { "ended" } else { "never ends" }
    );
}
// ANCHOR_END: myth
