//! Quiz: what is printed, and at what time?
//!
//! Run: `cargo run -p lesson-04-streams --example quiz_none_at_a_time`

use std::time::Duration;

use futures::{StreamExt, future, stream};
use tokio::time::{Instant, timeout};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let prompts: Vec<&str> = Vec::new();
    let start = Instant::now();
    let answers = stream::iter(&prompts).map(future::ready).buffered(prompts.len()).count();
    let ended = timeout(Duration::from_secs(60), answers).await;
    println!("{:?} after {:?}", ended.is_ok(), start.elapsed());
}
// ANCHOR_END: quiz
