//! Myth: "A larger queue makes the program faster."
//!
//! Run: `cargo run -p lesson-05-queues --example myth_a_larger_queue_is_faster`

use lesson_05_queues::bounded::{Desk, drawn};
use runs::{recorder, secs};
use tokio::time::Instant;

// ANCHOR: myth
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let desk = Desk { articles: 300, makes: secs(0.1), takes: secs(0.3) };
    for capacity in [1, 10, 100] {
        let (start, recorder) = (Instant::now(), recorder());
        desk.run(capacity, &recorder).await;
        let highest = drawn(&recorder, "").gauges[0].highest();
        println!(
            "capacity {capacity:4}: {:.1} s, at most {highest} in the queue",
            start.elapsed().as_secs_f64()
        );
    }
    let (start, recorder) = (Instant::now(), recorder());
    desk.run_unbounded(&recorder).await;
    let highest = drawn(&recorder, "").gauges[0].highest();
    println!(
        "without limit: {:.1} s, at most {highest} in the queue",
        start.elapsed().as_secs_f64()
    );
}
// ANCHOR_END: myth
