//! Quiz: which line is printed first, and what does the last line say?
//!
//! Run: `cargo run -p lesson-03-join --example quiz_two_and_one`

use runs::secs;
use tokio::time::sleep;

// ANCHOR: quiz
async fn nap(name: &'static str, seconds: f64) -> &'static str {
    sleep(secs(seconds)).await;
    println!("{name} is done");
    name
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let both = tokio::join!(nap("slow", 2.0), nap("quick", 1.0));
    println!("{both:?}");
}
// ANCHOR_END: quiz
