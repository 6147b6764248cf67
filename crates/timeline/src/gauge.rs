//! How much is in a queue, over time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Timeline, label::clean, model::nanos, scale::instant};

/// A number that goes up and down below the lanes: how many items are in a queue.
///
/// ```
/// use timeline::{Gauge, Timeline};
///
/// let queue = Gauge::new("queue").capacity(4).level(0.0, 1).level(0.2, 4).level(1.0, 0);
/// assert_eq!(queue.highest(), 4);
/// let run = Timeline::new("a burst").gauge(queue);
/// assert!(run.words().ends_with("queue: 1 from 0 s, 4 from 200 ms, 0 from 1.000 s, at most 4 of 4."));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gauge {
    /// What stands in front of it.
    pub name: String,
    /// How many it can hold. A line in the drawing. `None` for a queue without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<usize>,
    /// The levels, in the order of time. Before the first one it is 0; the last one holds to the end of the drawing.
    pub levels: Vec<Level>,
}

/// From this instant on, a [`Gauge`] stands at this depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// When, since the start of the run.
    #[serde(with = "nanos")]
    pub at: Duration,
    /// How many.
    pub depth: usize,
}

/// From one level to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Duration,
    pub(crate) to: Duration,
    pub(crate) depth: usize,
}

/// A gauge with more levels than this is summed up in words.
const MOST_LEVELS: usize = 8;

impl Gauge {
    /// A gauge that stands at 0, without a limit.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// With a line at `capacity`.
    #[must_use]
    pub fn capacity(self, capacity: usize) -> Self {
        Self { capacity: Some(capacity), ..self }
    }

    /// Stands at `depth` from an instant on, in seconds since the start of the run.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    #[must_use]
    pub fn level(mut self, at: f64, depth: usize) -> Self {
        self.levels.push(Level { at: crate::model::seconds(at), depth });
        self
    }

    /// The highest depth of all, also of one that lasted no time.
    pub fn highest(&self) -> usize {
        self.levels.iter().map(|level| level.depth).max().unwrap_or_default()
    }

    /// What the top of a drawing stands for: the capacity, or the highest depth where it is higher.
    pub(crate) fn top(&self) -> usize {
        self.highest().max(self.capacity.unwrap_or_default()).max(1)
    }

    pub(crate) fn extent(&self) -> Duration {
        self.levels.iter().map(|level| level.at).max().unwrap_or_default()
    }

    /// What lasted for some time, up to `end`.
    pub(crate) fn periods(&self, end: Duration) -> impl Iterator<Item = Period> + '_ {
        let ends = self.levels.iter().skip(1).map(|level| level.at).chain([end.max(self.extent())]);
        let periods = self.levels.iter().zip(ends).map(|(level, to)| Period { from: level.at, to, depth: level.depth });
        periods.filter(|period| period.from < period.to)
    }

    /// `at most 3 of 4`, and for a gauge without a limit `at most 3`.
    pub(crate) fn most(&self) -> String {
        let of = self.capacity.map(|capacity| format!(" of {capacity}")).unwrap_or_default();
        format!("at most {}{of}", self.highest())
    }

    pub(crate) fn sentence(&self, end: Duration) -> String {
        let name = clean(&self.name, false);
        let mut parts: Vec<String> = if self.levels.len() <= MOST_LEVELS {
            self.periods(end).map(|period| format!("{} from {}", period.depth, instant(period.from))).collect()
        } else {
            let total = |is_meant: &dyn Fn(usize) -> bool| {
                let periods = self.periods(end).filter(|period| is_meant(period.depth));
                periods.fold(Duration::ZERO, |sum, period| sum.saturating_add(period.to - period.from))
            };
            let full = self.capacity.map(|capacity| format!("full for {}", instant(total(&|depth| depth >= capacity))));
            let empty = format!("empty for {}", instant(total(&|depth| depth == 0)));
            [Some(format!("{} levels", self.levels.len())), full, Some(empty)].into_iter().flatten().collect()
        };
        if let Some(last) = self.levels.last().filter(|last| last.at >= end && self.levels.len() <= MOST_LEVELS) {
            parts.push(format!("{} from {}", last.depth, instant(last.at)));
        }
        parts.push(self.most());
        format!("{name}: {}.", parts.join(", "))
    }
}

impl Timeline {
    /// Adds a gauge below the lanes and the other gauges.
    #[must_use]
    pub fn gauge(mut self, gauge: Gauge) -> Self {
        self.gauges.push(gauge);
        self
    }
}
