// After one second nobody wants the answer. When does the caller go on?
//
// Run: `cargo run -p from-asyncio timeout`

// ANCHOR: program
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

struct CleansUp;

impl Drop for CleansUp {
    fn drop(&mut self) {
        println!("ask: is dropped, and cannot wait here");
    }
}

async fn ask() {
    let _cleans_up = CleansUp;
    sleep(Duration::from_secs(10)).await;
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    if timeout(Duration::from_secs(1), ask()).await.is_err() {
        let secs = start.elapsed().as_secs_f64();
        println!("main: goes on after {secs:.1} s");
    }
}
// ANCHOR_END: program
