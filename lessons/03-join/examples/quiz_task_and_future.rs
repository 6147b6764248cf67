//! Quiz: how many seconds does each of the two lines say?
//!
//! Run: `cargo run -p lesson-03-join --example quiz_task_and_future`

use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let task = tokio::spawn(sleep_a_second());
    let future = sleep_a_second();

    sleep_a_second().await;
    task.await.expect("sleeping does not panic");
    println!("task    {} s", start.elapsed().as_secs());
    future.await;
    println!("future  {} s", start.elapsed().as_secs());
}

async fn sleep_a_second() {
    sleep(secs(1.0)).await;
}
// ANCHOR_END: quiz
