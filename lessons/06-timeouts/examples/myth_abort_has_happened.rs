//! Myth: "After `abort()` the task is gone."
//!
//! Run: `cargo run -p lesson-06-timeouts --example myth_abort_has_happened`

use lesson_06_timeouts::tasks::{Transcript, reopen};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    for waits_for_the_end in [false, true] {
        let is_open = reopen(&Transcript::default(), waits_for_the_end).await;
        println!("waits for the end: {waits_for_the_end:5}  opened again: {is_open}");
    }
}
// ANCHOR_END: myth
