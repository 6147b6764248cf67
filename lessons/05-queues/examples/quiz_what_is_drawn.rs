//! Quiz: three values of a `watch`. Which are seen?
//!
//! Run: `cargo run -p lesson-05-queues --example quiz_what_is_drawn`

use tokio::sync::watch;

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, mut receiver) = watch::channel("zero");
    sender.send_replace("one");
    sender.send_replace("two");
    drop(sender);
    println!("{}", *receiver.borrow());
    while receiver.changed().await.is_ok() {
        println!("changed: {}", *receiver.borrow_and_update());
    }
}
// ANCHOR_END: quiz
