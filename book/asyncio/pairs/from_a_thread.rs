// A thread that knows nothing of async hands tokens to a task.
//
// Run: `cargo run -p from-asyncio from_a_thread`

// ANCHOR: program
use std::thread;
use tokio::sync::mpsc::{Sender, channel};

fn generate(queue: Sender<&str>) {
    for token in ["to", "ken"] {
        queue.blocking_send(token).expect("somebody receives");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (queue, mut tokens) = channel(1);
    let thread = thread::spawn(move || generate(queue));
    while let Some(token) = tokens.recv().await {
        println!("{token}");
    }
    thread.join().expect("no panic");
}
// ANCHOR_END: program
