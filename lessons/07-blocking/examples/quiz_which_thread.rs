//! Quiz: on which thread does each of them run?
//!
//! Run: `cargo run -p lesson-07-blocking --example quiz_which_thread`

use std::thread;

use tokio::task::spawn_blocking;

// ANCHOR: quiz
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), tokio::task::JoinError> {
    let main = thread::current().id();
    let task = tokio::spawn(async { thread::current().id() });
    let job = spawn_blocking(|| thread::current().id());
    println!("task: {}", task.await? == main);
    println!("job: {}", job.await? == main);
    Ok(())
}
// ANCHOR_END: quiz
