//! Quiz: the worker drops the place for the answer. What does the caller get, and when?
//!
//! Run: `cargo run -p lesson-05-queues --example quiz_who_answers`

use runs::secs;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let (reply, answer) = oneshot::channel::<&str>();
    tokio::spawn(async move {
        let _place = reply;
        sleep(secs(2.0)).await;
    });
    println!("{:?} at {} s", answer.await.is_ok(), start.elapsed().as_secs());
}
// ANCHOR_END: quiz
