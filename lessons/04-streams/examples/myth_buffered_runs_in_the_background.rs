//! Myth: "`buffered(3)` starts three calls, and they run while I work on the first reply."
//!
//! Run: `cargo run -p lesson-04-streams --example myth_buffered_runs_in_the_background`

use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::time::{Instant, sleep};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let call = async |number: u32| {
        let start = Instant::now();
        // Ten waits of 0.1 s: a call that reads ten pieces.
        for _ in 0..10 {
            sleep(Duration::from_millis(100)).await;
        }
        println!("call {number} has taken {:?}", start.elapsed());
    };
    let mut calls = stream::iter(1..=3).map(call).buffered(3);
    while let Some(()) = calls.next().await {
        sleep(Duration::from_secs(5)).await;
    }
}
// ANCHOR_END: myth
