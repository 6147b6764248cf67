//! How far a time axis goes.

use std::time::Duration;

use crate::{Lane, Mark, MarkKind, Timeline};

/// Where the axis of a drawing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) to: Duration,
    /// Whether something lies beyond. It is drawn at the end of the axis.
    pub(crate) is_cut: bool,
}

impl Reach {
    /// To the last instant that any of the timelines shows, with one exception. A run that is stuck is given up at some
    /// instant, which is often much later than all that happened, and which means nothing. There the axis ends soon after
    /// the last instant at which something happened, or the rest would be too small to see.
    pub(crate) fn of(timelines: &[&Timeline]) -> Self {
        let full = timelines.iter().map(|timeline| timeline.extent()).max().unwrap_or_default();
        let happened = timelines.iter().map(|timeline| last_before_given_up(timeline)).max().unwrap_or_default();
        let soon_after = happened.saturating_add(happened / 4);
        if happened.is_zero() || full <= happened.saturating_mul(2) {
            Self { to: full, is_cut: false }
        } else {
            Self { to: soon_after, is_cut: true }
        }
    }
}

/// The last instant before a run was given up, or the last of all where it was not.
fn last_before_given_up(timeline: &Timeline) -> Duration {
    let extent = timeline.extent();
    let is_stuck = |mark: &&Mark| mark.kind == MarkKind::Stuck;
    let given_up = timeline.lanes.iter().flat_map(|lane| &lane.marks).filter(is_stuck).map(|mark| mark.at).max();
    let Some(given_up) = given_up.filter(|&at| at == extent) else {
        return extent;
    };
    let instants = timeline.lanes.iter().flat_map(instants).chain(timeline.end);
    let levels = timeline.gauges.iter().flat_map(|gauge| gauge.levels.iter().map(|level| level.at));
    let instants = instants.chain(levels);
    instants.filter(|&at| at < given_up).max().unwrap_or_default()
}

fn instants(lane: &Lane) -> impl Iterator<Item = Duration> {
    let spans = lane.spans.iter().flat_map(|span| [span.from, span.to]);
    spans.chain(lane.marks.iter().map(|mark| mark.at))
}
