//! # Missed ticks
//!
//! A console runs beside a gateway for language models. At its ticks it does three things, and the `page` may be busy with one of
//! them for long: a slow disk, or a screen that hangs for a night. Then ticks are missed. The code below does the same about
//! them for all three. Mend `run`, which goes on until it is dropped:
//!
//! - `Tick::Sample(at)` is a point of the graph. The first is at 0, then one each `every.sample`. No point is left out: those
//!   that were missed are made up as soon as the page is free. `at` is the instant for which a point stands, from the start.
//! - `Tick::Beat` keeps the connection open, and costs money. The first comes `every.beat` after the start. Then there is at
//!   least `every.beat` from the start of one to the start of the next, and no more than the page makes necessary. (The few ms
//!   that an interval of tokio overlooks do no harm.)
//! - `Tick::Report` comes at `every.report` after the start, twice that, three times that. Of those that were missed, however
//!   many, one is made up as soon as the page is free; the next comes at its own time.
//!
//! The page gets one tick after another. If several are due, any of them may be first; but none waits for ever, also where the page
//! needs longer for a point than `every.sample`.
//!
//! Starts: wrong
//! Run: `cargo workbook check 06-timeouts/missed_ticks` · Read: book, chapter 6, Ticks that come late · 10 min

use std::time::Duration;

use tokio::time::{Instant, interval};

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
    let mut samples = interval(every.sample);
    let mut beats = interval(every.beat);
    let mut reports = interval(every.report);
    loop {
        tokio::select! {
            _ = samples.tick() => page(Tick::Sample(start.elapsed())).await,
            _ = beats.tick() => page(Tick::Beat).await,
            _ = reports.tick() => page(Tick::Report).await,
        }
    }
}

#[path = "checks/missed_ticks.rs"]
mod checks;
