//! How a lane ended, and when.

use std::time::Duration;

use crate::{Lane, MarkKind, SpanKind, scale::instant};

/// The last thing that a [`Lane`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// [`Finished`](MarkKind::Finished), [`Failed`](MarkKind::Failed), [`Dropped`](MarkKind::Dropped) or
    /// [`Stuck`](MarkKind::Stuck). `None` where the lane has no such mark.
    pub how: Option<MarkKind>,
    /// The instant of that mark. Without one, the instant of the last span or mark.
    pub at: Duration,
}

impl Ending {
    /// The instant, and how it ended unless all is well. The instant at which a stuck lane was given up means nothing. `still`
    /// is what the lane [waits for](Lane::still) at that instant.
    pub(crate) fn words(&self, still: Option<SpanKind>) -> String {
        match (self.how, still) {
            (None, Some(kind)) => format!("{}, still {}", instant(self.at), kind.words()),
            (None | Some(MarkKind::Finished), _) => instant(self.at),
            (Some(kind @ MarkKind::Stuck), _) => kind.words().to_owned(),
            (Some(kind), _) => format!("{} {}", instant(self.at), kind.words()),
        }
    }
}

impl MarkKind {
    /// Whether nothing of the lane comes after this mark: it finished, failed, was dropped, or is stuck.
    ///
    /// ```
    /// assert!(timeline::MarkKind::Dropped.is_ending());
    /// assert!(!timeline::MarkKind::Polled.is_ending());
    /// ```
    pub fn is_ending(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Dropped | Self::Stuck)
    }
}

impl Lane {
    /// How this lane ended, or `None` for a lane that shows nothing.
    ///
    /// ```
    /// use std::time::Duration;
    /// use timeline::{Lane, MarkKind};
    ///
    /// let ending = Lane::dropped("slow", 0.0, 2.0).ending().expect("the lane shows a drop");
    /// assert_eq!(ending.how, Some(MarkKind::Dropped));
    /// assert_eq!(ending.at, Duration::from_secs(2));
    /// assert_eq!(Lane::new("never polled").ending(), None);
    /// ```
    pub fn ending(&self) -> Option<Ending> {
        if self.spans.is_empty() && self.marks.is_empty() {
            return None;
        }
        let last = self.marks.iter().filter(|mark| mark.kind.is_ending()).max_by_key(|mark| mark.at);
        Some(match last {
            Some(mark) => Ending { how: Some(mark.kind), at: mark.at },
            None => Ending { how: None, at: self.extent() },
        })
    }

    /// What the lane waits for when the run ends at `end`: it has not ended itself. A lane that is over before then, or a
    /// drawing that does not say when the run ends, leaves it open how the lane ended.
    pub(crate) fn still(&self, end: Option<Duration>) -> Option<SpanKind> {
        self.ending().filter(|ending| ending.how.is_none() && Some(ending.at) == end)?;
        let last = self.spans.iter().max_by_key(|span| (span.to, span.from))?;
        let waits = !matches!(last.kind, SpanKind::Running | SpanKind::Streaming);
        (waits && Some(last.to) == end && last.from < last.to).then_some(last.kind)
    }
}
