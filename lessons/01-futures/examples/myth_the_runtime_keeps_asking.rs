//! Myth: "The runtime asks every future again and again, until it is ready."
//!
//! Run: `cargo run -p lesson-01-futures --example myth_the_runtime_keeps_asking`

// ANCHOR: myth
use std::time::Duration;

use lesson_01_futures::countdown::Forgets;
use runs::recorder;
use tokio::time::{sleep, timeout};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (day, recorder) = (Duration::from_secs(24 * 3600), recorder());

    recorder.future("a sleep of one day", sleep(day)).await;
    println!("a sleep of one day:      {} polls", recorder.polls("a sleep of one day"));

    // Ready at its second poll, and it asks for none.
    let forgets = tokio::spawn(timeout(
        day,
        recorder.future("forgets its waker", Forgets { left: 1 }),
    ));
    sleep(day / 2).await;
    println!(
        "a future that forgets:   {} poll in half a day",
        recorder.polls("forgets its waker")
    );
    forgets.abort();
}
// ANCHOR_END: myth
