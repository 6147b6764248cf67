//! Myth: "A timeout interrupts what it surrounds."
//!
//! Run: `cargo run -p lesson-06-timeouts --example myth_a_timeout_interrupts`

use std::cell::Cell;

use lesson_06_timeouts::never_yields::{in_one_piece, in_pieces};
use runs::secs;
use tokio::time::{Instant, sleep, timeout_at};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    // A deadline that is over before the work begins.
    let deadline = Instant::now();
    sleep(secs(1.0)).await;
    let scored = Cell::new(0);
    let outcome = timeout_at(deadline, in_one_piece(100_000, &scored)).await;
    println!("in one piece: {} scored, {outcome:?}", scored.get());

    let scored = Cell::new(0);
    let outcome = timeout_at(deadline, in_pieces(100_000, &scored)).await;
    println!("in pieces:    {} scored, {outcome:?}", scored.get());
}
// ANCHOR_END: myth
