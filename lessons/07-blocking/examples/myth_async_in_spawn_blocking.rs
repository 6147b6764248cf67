//! Myth: "It is inside `spawn_blocking`, so it runs on the pool."
//!
//! Run: `cargo run -p lesson-07-blocking --example myth_async_in_spawn_blocking`

use std::thread;

use tokio::task::spawn_blocking;

// ANCHOR: myth
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), tokio::task::JoinError> {
    let event_loop = thread::current().id();

    let made = spawn_blocking(|| async { thread::current().id() }).await?;
    println!("an async block: on the event loop? {}", made.await == event_loop);

    let on = spawn_blocking(|| thread::current().id()).await?;
    println!("the call itself: on the event loop? {}", on == event_loop);
    Ok(())
}
// ANCHOR_END: myth
