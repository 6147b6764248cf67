//! Quiz: a queue of two, and a reader that takes one item a second. At which second is each item in the queue?
//!
//! Run: `cargo run -p lesson-05-queues --example quiz_when_is_it_sent`

use runs::secs;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let (sender, mut receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        loop {
            sleep(secs(1.0)).await;
            if receiver.recv().await.is_none() {
                return;
            }
        }
    });
    for item in 1..=5 {
        sender.send(item).await.expect("the reader reads");
        println!("{item} at {} s", start.elapsed().as_secs());
    }
}
// ANCHOR_END: quiz
