// A coroutine and a future do nothing until somebody awaits them.
//
// Run: `cargo run -p from-asyncio coroutine`

// ANCHOR: program
use std::time::Duration;
use tokio::time::{Instant, sleep};

async fn ask(model: &str) -> String {
    println!("{model} is asked");
    sleep(Duration::from_secs(1)).await;
    format!("{model}'s answer")
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let (atlas, birch) = (ask("atlas"), ask("birch"));
    // Without the `drop`, the compiler warns.
    drop(ask("cedar"));
    println!("three calls are made");
    println!("{}", atlas.await);
    println!("{}", birch.await);
    println!("{:.1} s", start.elapsed().as_secs_f64());
}
// ANCHOR_END: program
