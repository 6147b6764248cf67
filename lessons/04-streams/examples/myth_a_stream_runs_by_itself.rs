//! Myth: "A stream works on in the background, and I pick up what it has made."
//!
//! Run: `cargo run -p lesson-04-streams --example myth_a_stream_runs_by_itself`

use std::time::Duration;

use async_stream::stream;
use futures::{StreamExt, pin_mut};
use tokio::time::{Instant, sleep};

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let say = |what: &str| println!("{:.1} s  {what}", start.elapsed().as_secs_f64());
    let numbers = stream! {
        for number in 1..=2 {
            say("the stream makes a number");
            sleep(Duration::from_secs(1)).await;
            yield number;
        }
    };
    pin_mut!(numbers);
    say("the stream is there");
    sleep(Duration::from_secs(10)).await;
    while let Some(number) = numbers.next().await {
        say(&format!("{number} is here"));
        sleep(Duration::from_secs(10)).await;
    }
}
// ANCHOR_END: myth
