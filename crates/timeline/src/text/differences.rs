//! Where a run is not as expected.

use std::{collections::HashMap, time::Duration};

use crate::{Ending, Lane, Timeline};

/// What differs from the other timeline, by the index of the lane.
#[derive(Debug, Default)]
pub(super) struct Differences {
    lanes: HashMap<usize, Difference>,
    /// When the run should have ended.
    pub(super) end: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// It should have ended like this.
    Ending(Ending),
    /// The other timeline shows nothing in this lane, or has no such lane.
    Missing,
}

impl Differences {
    /// Those to show with yours, and those to show with what was expected.
    pub(super) fn between(yours: &Timeline, expected: &Timeline) -> (Self, Self) {
        let (ours, theirs) = (keyed(yours), keyed(expected));
        let mut different = Self::default();
        let mut missing = Self::default();
        for (key, &(index, lane)) in &ours {
            let difference = match theirs.get(key) {
                Some((_, other)) => compared(lane, other),
                None => Some(Difference::Missing),
            };
            different.lanes.extend(difference.map(|difference| (index, difference)));
        }
        for (key, &(index, _)) in &theirs {
            if !ours.contains_key(key) {
                missing.lanes.insert(index, Difference::Missing);
            }
        }
        different.end = expected.end.filter(|end| yours.end.is_some_and(|ours| ours != *end));
        (different, missing)
    }

    pub(super) fn lane(&self, index: usize) -> Option<Difference> {
        self.lanes.get(&index).copied()
    }

    /// Whether a lane from `index` on differs.
    pub(super) fn any_from(&self, index: usize) -> bool {
        self.lanes.keys().any(|&lane| lane >= index)
    }
}

fn compared(lane: &Lane, expected: &Lane) -> Option<Difference> {
    match (lane.ending(), expected.ending()) {
        (Some(ending), Some(expected)) => {
            // A lane that does not say how it ended may have ended in any way.
            let is_same_way = ending.how.is_none() || expected.how.is_none() || ending.how == expected.how;
            let is_same = ending.at == expected.at && is_same_way;
            if is_same { None } else { Some(Difference::Ending(expected)) }
        }
        (None, None) => None,
        _ => Some(Difference::Missing),
    }
}

/// Lanes by name. Of several with one name, the first is number 0, the second number 1.
fn keyed(timeline: &Timeline) -> HashMap<(&str, usize), (usize, &Lane)> {
    let mut seen = HashMap::new();
    let mut lanes = HashMap::new();
    for (index, lane) in timeline.lanes.iter().enumerate() {
        let number = seen.entry(lane.name.as_str()).or_insert(0);
        lanes.insert((lane.name.as_str(), *number), (index, lane));
        *number += 1;
    }
    lanes
}
