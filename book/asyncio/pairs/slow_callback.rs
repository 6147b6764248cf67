// A call that blocks holds the event loop. Who says so?
//
// Run: `cargo run -p from-asyncio slow_callback`

// ANCHOR: program
use std::{
    future::poll_fn,
    pin::pin,
    thread,
    time::{Duration, Instant},
};

async fn count_tokens() -> u32 {
    // Not async: nothing else runs meanwhile.
    thread::sleep(Duration::from_millis(200));
    7
}

/// Says so when a poll of `work` holds the thread for long.
async fn watched<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let begun = Instant::now();
        let polled = work.as_mut().poll(context);
        if begun.elapsed() >= Duration::from_millis(100) {
            println!("a poll took 100 ms or more");
        }
        polled
    })
    .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("{}", watched(count_tokens()).await);
}
// ANCHOR_END: program
