//! Quiz: which numbers are printed? A tick comes in between, and `select!` drops what lost.
//!
//! Run: `cargo run -p lesson-04-streams --example quiz_cancel_safe`

use std::time::Duration;

use futures::StreamExt;
use lesson_04_streams::by_hand::counted;
use tokio::time::{Instant, interval_at};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut numbers = counted(4, Duration::from_secs(1));
    let half = Duration::from_millis(500);
    let mut ticks = interval_at(Instant::now() + half, Duration::from_secs(1));
    loop {
        tokio::select! {
            number = numbers.next() => match number {
                Some(number) => println!("{number}"),
                None => break,
            },
            _ = ticks.tick() => {}
        }
    }
}
// ANCHOR_END: quiz
