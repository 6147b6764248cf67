//! A call of an `async fn`, an `.await`, and a call that is never awaited: what runs when.
//!
//! Run: `cargo run -p lesson-01-futures --example lazy`

use lesson_01_futures::lazy::{Log, call_and_drop, call_then_await};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let log = Log::default();
    let answer = call_then_await(&log).await;
    println!("{}\nthe answer is {answer}\n", log.take().join("\n"));

    call_and_drop(&log).await;
    println!("{}", log.take().join("\n"));
}
