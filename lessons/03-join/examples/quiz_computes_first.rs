//! Quiz: a call of 0.2 s beside a computation of 1 s. Does it matter which one is written
//! first?
//!
//! Run: `cargo run -p lesson-03-join --example quiz_computes_first`

use lesson_03_join::one_task::index;
use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: quiz
async fn call() {
    sleep(secs(0.2)).await;
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    tokio::join!(call(), index(secs(1.0)));
    println!("call first   {:.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    tokio::join!(index(secs(1.0)), call());
    println!("index first  {:.1} s", start.elapsed().as_secs_f64());
}
// ANCHOR_END: quiz
