//! Quiz: a timeout that is made, and awaited a second and a half later. When does its clock start?
//!
//! Run: `cargo run -p lesson-06-timeouts --example quiz_when_does_it_start`

use runs::secs;
use tokio::time::{Instant, sleep, timeout};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let limited = timeout(secs(2.0), async { sleep(secs(1.0)).await });
    sleep(secs(1.5)).await;
    println!("{:?} at {:?}", limited.await.is_ok(), start.elapsed());
}
// ANCHOR_END: quiz
