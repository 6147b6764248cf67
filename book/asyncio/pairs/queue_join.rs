// The producer waits until all items are done. The worker fails at the second one.
//
// Run: `cargo run -p from-asyncio queue_join`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::mpsc::{Receiver, channel},
    time::sleep,
};

async fn work(mut items: Receiver<u32>) -> Result<(), String> {
    while let Some(item) = items.recv().await {
        sleep(Duration::from_secs(1)).await;
        if item == 2 {
            return Err("item 2 is bad".to_owned());
        }
        println!("work: has done {item}");
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (queue, items) = channel(10);
    let worker = tokio::spawn(work(items));
    for item in [1, 2, 3] {
        queue.send(item).await.expect("there is room");
    }
    // The worker ends when the queue is empty and closed.
    drop(queue);
    println!("main: {:?}", worker.await.expect("no panic"));
}
// ANCHOR_END: program
