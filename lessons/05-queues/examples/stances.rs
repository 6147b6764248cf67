//! A reader of a broadcast that has missed three of five messages, under each of the three stances.
//!
//! Run: `cargo run -p lesson-05-queues --example stances`

use lesson_05_queues::lagged::{Stance, read};
use tokio::sync::broadcast;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for stance in [Stance::GoOn, Stance::ReRead, Stance::Close] {
        let (sender, receiver) = broadcast::channel(2);
        for number in 1..=5 {
            sender.send(number).expect("there is a receiver");
        }
        drop(sender);
        println!("{stance:?}: {:?}", read(receiver, stance, || 15).await);
    }
}
