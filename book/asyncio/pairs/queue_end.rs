// Two producers, one consumer. How does the consumer know that nothing more will come?
//
// Run: `cargo run -p from-asyncio queue_end`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::mpsc::{Sender, channel},
    time::sleep,
};

async fn produce(queue: Sender<String>, name: &str, secs: u64) {
    for number in [1, 2] {
        sleep(Duration::from_secs(secs)).await;
        let item = format!("{name} {number}");
        queue.send(item).await.expect("somebody receives");
    }
    // Here the sender is dropped: no mark is needed.
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (queue, mut items) = channel(10);
    tokio::spawn(produce(queue.clone(), "fast", 1));
    tokio::spawn(produce(queue, "slow", 3));
    while let Some(item) = items.recv().await {
        println!("{item}");
    }
    println!("main: the end");
}
// ANCHOR_END: program
