// Two tasks hold their thread, and each waits for the other one to come.
//
// Run: `cargo run -p from-asyncio threads`

// ANCHOR: program
use std::sync::{Arc, Barrier};

async fn meet(name: &str, both: Arc<Barrier>) -> String {
    // Not async: it holds the thread until the other comes.
    both.wait();
    format!("{name} has met the other")
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let both = Arc::new(Barrier::new(2));
    let tasks = [
        tokio::spawn(meet("atlas", both.clone())),
        tokio::spawn(meet("birch", both)),
    ];
    for task in tasks {
        println!("{}", task.await.expect("no panic"));
    }
}
// ANCHOR_END: program
