// It has happened before anybody waits for it. Who hears of it?
//
// Run: `cargo run -p from-asyncio event`

// ANCHOR: program
use std::time::Duration;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

async fn seen(wait: impl Future) -> &'static str {
    match timeout(Duration::from_secs(5), wait).await {
        Ok(_) => "seen",
        Err(_) => "missed",
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ready, is_ready) = watch::channel(false);
    ready.send_replace(true);
    for number in [1, 2] {
        let mut is_ready = is_ready.clone();
        let wait = is_ready.wait_for(|&is_ready| is_ready);
        println!("watch, wait {number}: {}", seen(wait).await);
    }

    let one = Notify::new();
    one.notify_one();
    for number in [1, 2] {
        let seen = seen(one.notified()).await;
        println!("notify_one, wait {number}: {seen}");
    }

    let all = Notify::new();
    all.notify_waiters();
    println!("notify_waiters: {}", seen(all.notified()).await);
}
// ANCHOR_END: program
