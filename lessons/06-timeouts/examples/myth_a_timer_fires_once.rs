//! Myth: "A timer fires once."
//!
//! Run: `cargo run -p lesson-06-timeouts --example myth_a_timer_fires_once`

use std::pin::pin;

use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let mut reminder = pin!(sleep(secs(1.0)));
    let mut answer = pin!(sleep(secs(5.0)));
    let mut reminded = 0;
    while reminded < 5000 {
        tokio::select! {
            () = &mut answer => break,
            () = &mut reminder => reminded += 1,
        }
    }
    println!("reminded {reminded} times, and it is {} s", start.elapsed().as_secs());
}
// ANCHOR_END: myth
