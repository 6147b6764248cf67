//! A fast producer and a slow consumer: a queue of three beside a queue without a limit.
//!
//! Run: `cargo run -p lesson-05-queues --example backpressure`

use lesson_05_queues::bounded::{Desk, drawn};
use runs::{recorder, secs, show_beside};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    runs::code(&[
        "lessons/05-queues/src/bounded.rs:run",
        "lessons/05-queues/src/bounded.rs:unbounded",
    ]);
    let desk = Desk { articles: 12, makes: secs(0.1), takes: secs(0.3) };
    let bounded = recorder();
    desk.run(3, &bounded).await;
    let unbounded = recorder();
    desk.run_unbounded(&unbounded).await;
    show_beside(
        &drawn(&bounded, "a queue of three"),
        &drawn(&unbounded, "a queue without a limit"),
    );
}
