//! Quiz: the caller gives up after half a second. Which of the two naps comes to its end?
//!
//! Run: `cargo run -p lesson-03-join --example quiz_given_up`

use runs::secs;
use tokio::time::{sleep, timeout};

// ANCHOR: quiz
async fn nap(name: &'static str) {
    sleep(secs(1.0)).await;
    println!("{name} has ended");
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let both = async { tokio::join!(nap("the branch"), tokio::spawn(nap("the task"))) };
    if timeout(secs(0.5), both).await.is_err() {
        println!("given up");
    }
    sleep(secs(5.0)).await;
}
// ANCHOR_END: quiz
