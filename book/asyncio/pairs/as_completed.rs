// Replies are used as they come. Do the other calls go on while one reply is worked on?
//
// Run: `cargo run -p from-asyncio as_completed`

// ANCHOR: program
use futures::stream::{FuturesUnordered, StreamExt as _};
use std::time::Duration;
use tokio::time::{Instant, sleep};

async fn ask(model: &str, secs: f64, start: Instant) -> &str {
    for _ in 0..3 {
        sleep(Duration::from_secs_f64(secs)).await;
    }
    let now = start.elapsed().as_secs_f64();
    println!("{now:.1} s: {model} has answered");
    model
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let calls = [("atlas", 0.5), ("birch", 1.0)];
    let mut calls: FuturesUnordered<_> = calls
        .map(|(model, secs)| ask(model, secs, start))
        .into_iter()
        .collect();
    while let Some(model) = calls.next().await {
        sleep(Duration::from_secs(4)).await;
        let now = start.elapsed().as_secs_f64();
        println!("{now:.1} s: {model} is printed");
    }
}
// ANCHOR_END: program
