//! Quiz: one call fails after 0.9 s, another after 0.4 s. Which error is returned, and
//! when?
//!
//! Run: `cargo run -p lesson-03-join --example quiz_whose_error`

use futures::future::{join_all, try_join_all};
use runs::secs;
use tokio::time::{Instant, sleep};

// ANCHOR: quiz
async fn fails(name: &'static str, after: f64) -> Result<(), &'static str> {
    sleep(secs(after)).await;
    Err(name)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let start = Instant::now();
    let result = try_join_all([fails("comment 1", 0.9), fails("comment 2", 0.4)]).await;
    println!("{result:?} after {} ms", start.elapsed().as_millis());

    let start = Instant::now();
    let results = join_all([fails("comment 1", 0.9), fails("comment 2", 0.4)]).await;
    let result: Result<Vec<()>, _> = results.into_iter().collect();
    println!("{result:?} after {} ms", start.elapsed().as_millis());
}
// ANCHOR_END: quiz
