//! Quiz: a tick each second. When do the first three come?
//!
//! Run: `cargo run -p lesson-06-timeouts --example quiz_the_first_tick`

use runs::secs;
use tokio::time::{Instant, interval, sleep};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let mut ticks = interval(secs(1.0));
    sleep(secs(0.4)).await;
    for _ in 0..3 {
        ticks.tick().await;
        println!("{:?}", start.elapsed());
    }
}
// ANCHOR_END: quiz
