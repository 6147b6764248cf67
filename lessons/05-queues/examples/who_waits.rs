//! The same queue with a fast consumer: now the consumer waits, for an item.
//!
//! Run: `cargo run -p lesson-05-queues --example who_waits`

use lesson_05_queues::bounded::{Desk, drawn};
use runs::{recorder, secs, show};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let recorder = recorder();
    Desk { articles: 5, makes: secs(0.3), takes: secs(0.1) }.run(3, &recorder).await;
    show(&drawn(&recorder, "a slow producer"));
}
