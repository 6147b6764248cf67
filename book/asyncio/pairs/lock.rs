// Two tasks read a count, wait, and write it back plus one.
//
// Run: `cargo run -p from-asyncio lock`

// ANCHOR: program
use std::{sync::Mutex, time::Duration};
use tokio::{join, sync, time::sleep};

// Locked for a moment, and again for a moment.
async fn add(count: &Mutex<u32>) {
    let seen = *count.lock().expect("nobody panics");
    sleep(Duration::from_secs(1)).await;
    *count.lock().expect("nobody panics") = seen + 1;
}

// Tokio's lock may be held across an await.
async fn add_alone(count: &sync::Mutex<u32>) {
    let mut count = count.lock().await;
    let seen = *count;
    sleep(Duration::from_secs(1)).await;
    *count = seen + 1;
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let count = Mutex::new(0);
    join!(add(&count), add(&count));
    let count = count.into_inner().expect("nobody panics");
    println!("locked for moments: {count}");
    let count = sync::Mutex::new(0);
    join!(add_alone(&count), add_alone(&count));
    println!("locked across the await: {}", count.into_inner());
}
// ANCHOR_END: program
