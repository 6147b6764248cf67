//! Myth: "Whoever aborts a task ends the tasks that it started, too."
//!
//! Run: `cargo run -p lesson-06-timeouts --example myth_tasks_are_a_tree`

use lesson_06_timeouts::tasks::parent_is_aborted;

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("spawned:     counts to {}", parent_is_aborted(false).await);
    println!("in a JoinSet: counts to {}", parent_is_aborted(true).await);
}
// ANCHOR_END: myth
