//! Quiz: in which order are the lines printed?
//!
//! Run: `cargo run -p lesson-07-blocking --example quiz_when_does_it_end`

use std::{sync::mpsc, thread, time::Duration};

use lesson_07_blocking::pool;

// ANCHOR: quiz
fn main() {
    let runtime = pool::runtime(1);
    let (gate, waits) = mpsc::channel::<()>();
    let (came, comes) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv();
        thread::sleep(Duration::from_millis(50));
        println!("the job has ended");
    });
    let _ = comes.recv();
    println!("main drops the runtime");
    drop(gate);
    drop(runtime);
    println!("main has ended");
}
// ANCHOR_END: quiz
