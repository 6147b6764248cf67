//! Quiz: a pool of one, two jobs, both aborted. What comes of each?
//!
//! Run: `cargo run -p lesson-07-blocking --example quiz_what_is_aborted`

use std::sync::mpsc;

use lesson_07_blocking::pool;

// ANCHOR: quiz
fn main() {
    let runtime = pool::runtime(1); // At most one blocking thread.
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let first = runtime.spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv();
    });
    let _ = comes.recv();
    let second = runtime.spawn_blocking(|| println!("second"));
    first.abort();
    second.abort();
    drop(gate);
    let (first, second) = runtime.block_on(async { (first.await, second.await) });
    println!("first cancelled: {}", first.is_err());
    println!("second cancelled: {}", second.is_err());
}
// ANCHOR_END: quiz
