//! Myth: "The function is `async`, so it does not block."
//!
//! Run: `cargo run -p lesson-07-blocking --example myth_async_makes_it_async`

use lesson_07_blocking::users::{awaited, pseudo_async, users};
use runs::secs;
use tokio::time::Instant;

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (llm, _) = users(&[secs(2.15)]);
    let client = llm.blocking();
    let start = Instant::now();
    let _ = tokio::join!(
        pseudo_async(&client, "user 1"),
        pseudo_async(&client, "user 1"),
        pseudo_async(&client, "user 1"),
    );
    println!("three async functions around the SDK: {:?}", start.elapsed());

    let start = Instant::now();
    let _ = tokio::join!(
        awaited(&llm, "user 1"),
        awaited(&llm, "user 1"),
        awaited(&llm, "user 1"),
    );
    println!("three calls that are awaited: {:?}", start.elapsed());
}
// ANCHOR_END: myth
