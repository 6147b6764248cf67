//! A tick each 100 ms, and a reader who is away until 350 ms. The three behaviours, and where each of them is 100 ticks later.
//!
//! Run: `cargo run -p lesson-06-timeouts --example missed_ticks`

use lesson_06_timeouts::ticks::{STALL, after_a_stall};
use runs::show;
use timeline::{Lane, MarkKind, SpanKind, Timeline};
use tokio::time::MissedTickBehavior::{Burst, Delay, Skip};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut drawing = Timeline::new("a reader who is away until 350 ms");
    for behavior in [Burst, Delay, Skip] {
        let ticks = after_a_stall(behavior, 100).await;
        let first: Vec<u128> = ticks.iter().take(5).map(|at| at.as_millis()).collect();
        let last = ticks[99].as_millis();
        println!("{:6} {first:?} … {last} ms", format!("{behavior:?}:"));

        let stall = STALL.as_secs_f64();
        let mut lane =
            Lane::new(format!("{behavior:?}")).span(SpanKind::Running, 0.0, stall);
        for at in ticks.iter().map(|at| at.as_secs_f64()).filter(|at| *at < 0.85) {
            lane = lane.mark(MarkKind::Polled, at);
        }
        drawing = drawing.lane(lane);
    }
    show(&drawing);
}
