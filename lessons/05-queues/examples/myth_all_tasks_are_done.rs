//! Myth: "All tasks are done, so the queue is closed."
//!
//! Run: `cargo run -p lesson-05-queues --example myth_all_tasks_are_done`

use std::time::Duration;

use tokio::{sync::mpsc, time::timeout};

// ANCHOR: kept
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (sender, mut receiver) = mpsc::channel(4);
    for task in 1..=2 {
        let sender = sender.clone();
        tokio::spawn(async move { sender.send(task).await });
    }
    // `sender` is still here.
    loop {
        match timeout(Duration::from_secs(600), receiver.recv()).await {
            Ok(Some(task)) => println!("task {task} is done"),
            Ok(None) => break println!("closed"),
            Err(_) => break println!("ten minutes later: still open"),
        }
    }
}
// ANCHOR_END: kept
