//! Quiz: a timeout in a timeout. What does this give, and when?
//!
//! Run: `cargo run -p lesson-06-timeouts --example quiz_the_inner_or_the_outer`

use runs::secs;
use tokio::time::{Instant, sleep, timeout};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let outcome = timeout(secs(5.0), timeout(secs(3.0), sleep(secs(4.0)))).await;
    println!("{outcome:?} at {:?}", start.elapsed());
}
// ANCHOR_END: quiz
