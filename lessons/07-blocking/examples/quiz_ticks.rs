//! Quiz: a tick each second, and a call of 3.5 s on the same thread. At which seconds are the ticks?
//!
//! Run: `cargo run -p lesson-07-blocking --example quiz_ticks`

use lesson_07_blocking::users::users;
use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (llm, _) = users(&[secs(3.5)]);
    let start = Instant::now();
    let ticks = tokio::spawn(async move {
        for _ in 0..3 {
            sleep(secs(1.0)).await;
            println!("tick at {:.1} s", start.elapsed().as_secs_f64());
        }
    });
    sleep(secs(1.5)).await;
    let _reply = llm.blocking().complete("user 1"); // 3.5 s
    let _ = ticks.await;
}
// ANCHOR_END: quiz
