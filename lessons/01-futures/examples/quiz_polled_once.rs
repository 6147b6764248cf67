//! Quiz: a future is polled once, and dropped. What is printed?
//!
//! Run: `cargo run -p lesson-01-futures --example quiz_polled_once`

// ANCHOR: quiz
use futures::FutureExt;
use tokio::task::yield_now;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let work = async {
        println!("begins");
        yield_now().await;
        println!("goes on");
        7
    };
    // Polls it once, and drops it.
    println!("{:?}", work.now_or_never());
}
// ANCHOR_END: quiz
