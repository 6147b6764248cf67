// A task is cancelled. Can it refuse?
//
// Run: `cargo run -p from-asyncio cancel`

// ANCHOR: program
use std::time::Duration;
use tokio::time::sleep;

async fn ask() -> &'static str {
    sleep(Duration::from_secs(10)).await;
    println!("ask: this line is never reached");
    "an answer, all the same"
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let task = tokio::spawn(ask());
    sleep(Duration::from_secs(1)).await;
    task.abort();
    println!("main: is it done? {}", task.is_finished());
    let error = task.await.expect_err("it waits for 10 s");
    println!(
        "main: was it cancelled? {}",
        error.is_cancelled()
    );
}
// ANCHOR_END: program
