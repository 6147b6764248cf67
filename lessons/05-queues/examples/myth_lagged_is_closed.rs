//! Myth: "When `recv` gives an error, the broadcast has ended."
//!
//! Run: `cargo run -p lesson-05-queues --example myth_lagged_is_closed`

use tokio::sync::broadcast;

// ANCHOR: while_let
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, mut receiver) = broadcast::channel(2);
    for number in 1..=5 {
        sender.send(number).expect("there is a receiver");
    }
    let mut seen = Vec::new();
    while let Ok(number) = receiver.recv().await {
        seen.push(number);
    }
    println!("seen: {seen:?}");
    println!("and then: {:?}", receiver.recv().await);
}
// ANCHOR_END: while_let
