// The producer needs no time, the consumer a second for each item.
//
// Run: `cargo run -p from-asyncio queue_size`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::mpsc::{Receiver, channel},
    time::{Instant, sleep},
};

async fn consume(mut items: Receiver<u32>) {
    while items.recv().await.is_some() {
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let secs = || start.elapsed().as_secs_f64();
    let (queue, items) = channel(1);
    let consumer = tokio::spawn(consume(items));
    for number in 0..4 {
        queue.send(number).await.expect("somebody receives");
        println!("{:.1} s: {number} is in", secs());
    }
    drop(queue);
    consumer.await.expect("no panic");
    println!("{:.1} s: all are done", secs());
}
// ANCHOR_END: program
