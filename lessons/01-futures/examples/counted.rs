//! How often a runtime polls: a sleep, a countdown, an `async` block with both.
//!
//! Run: `cargo run -p lesson-01-futures --example counted`

use std::time::Duration;

use lesson_01_futures::{countdown::Countdown, counted::counted};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let hour = || sleep(Duration::from_secs(3600));
    let both = async {
        hour().await;
        Countdown { left: 3 }.await
    };

    println!("sleep for an hour         {} polls", counted(hour()).await.1);
    println!("countdown from 3          {} polls", counted(Countdown { left: 3 }).await.1);
    println!("one after the other       {} polls", counted(both).await.1);
    println!("a value that is there     {} poll", counted(async { 42 }).await.1);
}
