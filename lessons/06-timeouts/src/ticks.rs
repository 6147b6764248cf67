//! Ticks that come late.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

pub const PERIOD: Duration = Duration::from_millis(100);
pub const STALL: Duration = Duration::from_millis(350);

// ANCHOR: ticks
/// A tick each 0.1 s, and a reader who is away for 0.35 s after the first one. When do the next ticks come?
pub async fn after_a_stall(behavior: MissedTickBehavior, count: usize) -> Vec<Duration> {
    let start = Instant::now();
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(behavior);
    ticks.tick().await; // The first tick comes at once.
    sleep(STALL).await; // The ticks of 100, 200 and 300 ms are missed.

    let mut seen = Vec::new();
    for _ in 0..count {
        ticks.tick().await;
        seen.push(start.elapsed());
    }
    seen
}
// ANCHOR_END: ticks
