// The first of two answers is enough. What becomes of the other call?
//
// Run: `cargo run -p from-asyncio first_completed`

// ANCHOR: program
use std::time::Duration;
use tokio::time::sleep;

async fn ask(model: &str, secs: u64) -> &str {
    sleep(Duration::from_secs(secs)).await;
    println!("{model}: has answered");
    model
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let winner = tokio::select! {
        model = ask("atlas", 2) => model,
        model = ask("birch", 1) => model,
    };
    println!("main: the winner is {winner}");
    // By now the other call has been dropped.
    sleep(Duration::from_secs(5)).await;
}
// ANCHOR_END: program
