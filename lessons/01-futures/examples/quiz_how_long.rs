//! Quiz: what do the two lines say?
//!
//! Run: `cargo run -p lesson-01-futures --example quiz_how_long`

// ANCHOR: quiz
use std::time::Duration;

use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let tea = sleep(2 * SECOND);
    sleep(SECOND).await;
    tea.await;
    println!("a sleep      {} s", start.elapsed().as_secs());

    let start = Instant::now();
    let tea = async { sleep(2 * SECOND).await };
    sleep(SECOND).await;
    tea.await;
    println!("a block      {} s", start.elapsed().as_secs());
}
// ANCHOR_END: quiz
