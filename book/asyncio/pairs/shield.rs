// The caller gives up; what it waited for must not.
//
// Run: `cargo run -p from-asyncio shield`

// ANCHOR: program
use std::time::Duration;
use tokio::time::{sleep, timeout};

async fn save() -> &'static str {
    sleep(Duration::from_secs(2)).await;
    println!("save: has ended");
    "saved"
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut saving = tokio::spawn(save());
    let limit = Duration::from_secs(1);
    // `&mut`: the timeout drops a reference, not the handle.
    if timeout(limit, &mut saving).await.is_err() {
        println!("main: gives up");
    }
    println!("main: {}", saving.await.expect("no panic"));
}
// ANCHOR_END: program
