//! # Missed ticks: a solution
//!
//! An interval is a schedule. When the page is busy, ticks of it pass, and the question is what each of them is worth. A point of the graph is worth
//! the same later: `Burst` makes up for all of them. A beat is not to come too often: `Delay` begins to count anew at the late one. A report
//! is about now: `Skip` gives one, and goes back to the schedule.
//!
//! `tick` returns the instant for which the tick stands. That is not now when it comes late.
//!
//! The first tick of `interval` is at once. `interval_at` says when.
//!
//! `Delay` and `Skip` look away from a tick that is late by up to 5 ms: it counts as one in time.
//!
//! Also right: three instants, and `sleep_until` the least of them; each thing's next instant says what is done about a late one.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// What the page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// A point of the graph, and its instant.
    Sample(Duration),
    Beat,
    Report,
}

/// How often. None of the three is zero.
#[derive(Debug, Clone, Copy)]
pub struct Every {
    pub sample: Duration,
    pub beat: Duration,
    pub report: Duration,
}

/// Gives the page its ticks, until it is dropped.
pub async fn run(every: Every, mut page: impl AsyncFnMut(Tick)) {
    let start = Instant::now();
    let mut samples = interval_at(start, every.sample);
    let mut beats = interval_at(start + every.beat, every.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reports = interval_at(start + every.report, every.report);
    reports.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            at = samples.tick() => page(Tick::Sample(at - start)).await,
            _ = beats.tick() => page(Tick::Beat).await,
            _ = reports.tick() => page(Tick::Report).await,
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/06-timeouts/checks/missed_ticks.rs"]
mod checks;
