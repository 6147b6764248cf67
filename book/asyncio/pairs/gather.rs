// Three calls at once: tasks of their own in Python, branches of one task in Rust.
//
// Run: `cargo run -p from-asyncio gather`

// ANCHOR: program
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{Instant, sleep};

async fn ask(model: &str, secs: u64) -> (&str, String) {
    let task = tokio::task::id().to_string();
    sleep(Duration::from_secs(secs)).await;
    (model, task)
}

async fn ask_three() {
    let start = Instant::now();
    let replies = <[_; 3]>::from(tokio::join!(
        ask("atlas", 3),
        ask("birch", 1),
        ask("cedar", 2)
    ));
    println!(
        "{:?}",
        replies.each_ref().map(|(model, _)| model)
    );
    println!("{:.1} s", start.elapsed().as_secs_f64());
    let tasks = BTreeSet::from(replies.map(|(_, task)| task));
    println!("run by {} task", tasks.len());
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    tokio::spawn(ask_three()).await.expect("no panic");
}
// ANCHOR_END: program
