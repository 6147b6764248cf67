// A task goes on beside its parent, and what both of them use must belong to both.
//
// Run: `cargo run -p from-asyncio spawn`

// ANCHOR: program
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep};

type Answers = Arc<Mutex<Vec<&'static str>>>;

async fn ask(model: &'static str, secs: u64, answers: Answers) {
    sleep(Duration::from_secs(secs)).await;
    answers.lock().expect("nobody panics").push(model);
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let answers = Answers::default();
    let tasks = [
        tokio::spawn(ask("atlas", 2, answers.clone())),
        tokio::spawn(ask("birch", 1, answers.clone())),
    ];
    println!("two tasks are made");
    for task in tasks {
        task.await.expect("it does not panic");
    }
    let answers = answers.lock().expect("nobody panics");
    println!(
        "{answers:?} {:.1} s",
        start.elapsed().as_secs_f64()
    );
}
// ANCHOR_END: program
