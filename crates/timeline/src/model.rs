//! What a timeline is made of. Nothing in here draws.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Code, Gauge, SourceLine};

/// Named lanes on one clock. Instants are durations since the start of the run.
///
/// ```
/// use std::time::Duration;
/// use timeline::{Lane, Timeline};
///
/// let mut run = Timeline::new("joined").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 0.0, 0.8));
/// assert_eq!(run.extent(), Duration::from_secs(1));
/// run.end = Some(Duration::from_millis(1_200));
/// assert_eq!(run.extent(), Duration::from_millis(1_200));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// What stands above the drawing. It may be empty.
    pub title: String,
    /// The rows, from the top.
    pub lanes: Vec<Lane>,
    /// Numbers that go up and down, below the lanes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gauges: Vec<Gauge>,
    /// The code that ran, to be shown beside the drawing. See [`with_functions`](Self::with_functions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code: Vec<Code>,
    /// When the run ended. Later than the last span where the program went on working, earlier where it left work behind.
    #[serde(default, with = "nanos_option", skip_serializing_if = "Option::is_none")]
    pub end: Option<Duration>,
}

/// One row: a call, a task, a future.
///
/// ```
/// use timeline::{Lane, MarkKind, SpanKind};
///
/// let stream = Lane::new("atlas")
///     .span(SpanKind::Waiting, 0.0, 0.4)
///     .mark(MarkKind::FirstToken, 0.4)
///     .span(SpanKind::Streaming, 0.4, 0.9)
///     .mark(MarkKind::Finished, 0.9);
/// assert_eq!(stream.spans.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What stands in front of the row. Several lanes may have one name.
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// What went on, in any order. Where spans overlap, a drawing shows one of them.
    pub spans: Vec<Span>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// What happened, in any order.
    pub marks: Vec<Mark>,
    /// At which lines of the program it was, where that was recorded, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// The lines at which a [`Lane`] ran at an instant. At those of the last step of an instant it waits from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    #[serde(with = "nanos")]
    /// When, since the start of the run.
    pub at: Duration,
    /// An `.await` in a function that is awaited itself has two lines: its own, and that of its caller. The innermost first.
    pub lines: Vec<SourceLine>,
}

/// What went on from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// What went on.
    pub kind: SpanKind,
    #[serde(with = "nanos")]
    /// When it began, since the start of the run.
    pub from: Duration,
    #[serde(with = "nanos")]
    /// When it was over. Not before `from`.
    pub to: Duration,
}

/// What a lane does during a [`Span`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpanKind {
    /// In a queue, before the work began: no permit, no worker, no place on the server.
    Queued,
    /// A sender waits for room in a full queue.
    ForRoom,
    /// A receiver waits for an item: the queue is empty.
    ForItem,
    /// Waiting for an answer: the machine is free to do something else.
    Waiting,
    /// Tokens arrive, one after another.
    Streaming,
    /// The thread is busy with this lane and can do nothing else.
    Running,
}

/// What happened at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What happened.
    pub kind: MarkKind,
    #[serde(with = "nanos")]
    /// When, since the start of the run.
    pub at: Duration,
}

/// The kinds of instant that a [`Lane`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// Handed to a runtime, which will poll it.
    Spawned,
    /// Began its work: a future at its first poll, a call when it is sent.
    Started,
    /// The first token came. A [`Token`](Self::Token) at the same instant is the same token.
    FirstToken,
    /// A token came.
    Token,
    /// The runtime asked it to go on.
    Polled,
    /// Its waker was used: the runtime should poll it again.
    Woken,
    /// Ended with a value.
    Finished,
    /// Ended with an error.
    Failed,
    /// Dropped before it ended: cancelled.
    Dropped,
    /// Never ended: still pending when the run was given up.
    Stuck,
}

impl Timeline {
    /// A timeline without lanes.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds a lane below the others.
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lanes.push(lane);
        self
    }

    /// The last instant of the timeline: `end`, or the last thing that any lane shows, whichever is later.
    pub fn extent(&self) -> Duration {
        let shown = self.lanes.iter().map(Lane::extent).max().unwrap_or_default();
        let gauges = self.gauges.iter().map(Gauge::extent).max().unwrap_or_default();
        shown.max(gauges).max(self.end.unwrap_or_default())
    }
}

impl Lane {
    /// An empty lane.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A call that waits from one instant to another, and then has its answer. The short form for expected runs.
    ///
    /// Times are in seconds.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    pub fn call(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self::new(name).span(SpanKind::Waiting, from, to).mark(MarkKind::Finished, to)
    }

    /// A call that is dropped at `to`, before it has its answer. Times are in seconds.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    pub fn dropped(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self::new(name).span(SpanKind::Waiting, from, to).mark(MarkKind::Dropped, to)
    }

    /// A call that fails at `to`. Times are in seconds.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    pub fn failed(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self::new(name).span(SpanKind::Waiting, from, to).mark(MarkKind::Failed, to)
    }

    /// Adds a span, in seconds since the start of the run.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    #[must_use]
    pub fn span(mut self, kind: SpanKind, from: f64, to: f64) -> Self {
        self.spans.push(Span { kind, from: seconds(from), to: seconds(to) });
        self
    }

    /// Adds a mark, in seconds since the start of the run.
    ///
    /// # Panics
    /// On a negative or not finite number of seconds.
    #[must_use]
    pub fn mark(mut self, kind: MarkKind, at: f64) -> Self {
        self.marks.push(Mark { kind, at: seconds(at) });
        self
    }

    pub(crate) fn extent(&self) -> Duration {
        let spans = self.spans.iter().map(|span| span.to);
        let marks = self.marks.iter().map(|mark| mark.at);
        spans.chain(marks).max().unwrap_or_default()
    }
}

/// Seconds to a duration, rounded to a microsecond: what a person writes as 0.1 is 100 ms, not 100.000001 ms.
///
/// # Panics
/// On a negative or not finite number.
pub(crate) fn seconds(seconds: f64) -> Duration {
    let micros = (seconds * 1e6).round();
    assert!(micros.is_finite() && micros >= 0.0, "an instant is a number of seconds from 0 up, not {seconds}");
    Duration::from_micros(micros as u64)
}

/// Durations travel as whole nanoseconds: exact, and every language reads them.
pub(crate) mod nanos {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_nanos)
    }
}

mod nanos_option {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::nanos::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_nanos))
    }
}
