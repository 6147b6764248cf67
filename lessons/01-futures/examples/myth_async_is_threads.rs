//! Myth: "Every async call runs on a thread of its own."
//!
//! A thousand waits of one second, together. Then two branches that never wait, together.
//!
//! Run: `cargo run -p lesson-01-futures --example myth_async_is_threads`

// ANCHOR: myth
use std::{collections::HashSet, thread, time::Duration};

use futures::future::join_all;
use tokio::time::{Instant, sleep};

async fn wait() -> [thread::ThreadId; 2] {
    let before = thread::current().id();
    sleep(Duration::from_secs(1)).await;
    [before, thread::current().id()]
}

async fn speak(name: &str) {
    for word in 1..=3 {
        println!("  {name} {word}");
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let threads: HashSet<_> =
        join_all((0..1000).map(|_| wait())).await.into_iter().flatten().collect();
    println!(
        "1000 waits of 1 s: {:.3} s on {} thread",
        start.elapsed().as_secs_f64(),
        threads.len()
    );

    println!("two branches without an `.await`:");
    futures::join!(speak("atlas"), speak("birch"));
}
// ANCHOR_END: myth
