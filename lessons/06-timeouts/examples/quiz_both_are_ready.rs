//! Quiz: the work takes as long as the limit. Who wins?
//!
//! Run: `cargo run -p lesson-06-timeouts --example quiz_both_are_ready`

use runs::secs;
use tokio::time::{sleep, timeout};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("{:?}", timeout(secs(2.0), sleep(secs(2.0))).await);
    println!("{:?}", timeout(secs(0.0), async { "at once" }).await);
}
// ANCHOR_END: quiz
