//! Quiz: a `JoinSet` of three tasks that are done at once. How many does it hold?
//!
//! Run: `cargo run -p lesson-05-queues --example quiz_how_many_finished`

use tokio::task::{JoinSet, yield_now};

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut set = JoinSet::new();
    for _ in 0..3 {
        set.spawn(async {});
    }
    yield_now().await;
    println!("{}", set.len());
    set.try_join_next();
    println!("{}", set.len());
}
// ANCHOR_END: quiz
