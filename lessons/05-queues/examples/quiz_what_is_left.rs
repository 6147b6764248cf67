//! Quiz: the sender is dropped at once. What is printed?
//!
//! Run: `cargo run -p lesson-05-queues --example quiz_what_is_left`

use tokio::sync::mpsc;

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, mut receiver) = mpsc::channel(4);
    for letter in ["a", "b", "c"] {
        sender.send(letter).await.expect("the receiver is here");
    }
    drop(sender);
    while let Some(letter) = receiver.recv().await {
        println!("{letter}");
    }
    println!("{:?}", receiver.recv().await);
}
// ANCHOR_END: quiz
