//! What kinds of spans and marks are called.

use crate::{Lane, Mark, MarkKind, SpanKind};

impl SpanKind {
    /// All kinds, from the least busy to the busiest.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::ForRoom, Self::ForItem, Self::Waiting, Self::Streaming, Self::Running];

    /// The word for a lane that does this: `waiting`.
    ///
    /// ```
    /// assert_eq!(timeline::SpanKind::Running.words(), "running");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::ForRoom => "waiting for room",
            Self::ForItem => "waiting for an item",
            Self::Waiting => "waiting",
            Self::Streaming => "streaming",
            Self::Running => "running",
        }
    }

    /// What it means, for somebody who meets the word for the first time.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Running => "running (thread is busy)",
            other => other.words(),
        }
    }

    /// The word of the JSON form.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::ForRoom => "for-room",
            Self::ForItem => "for-item",
            other => other.words(),
        }
    }
}

impl MarkKind {
    /// All kinds, in the order in which a lane meets them.
    pub const ALL: [Self; 10] = [
        Self::Spawned,
        Self::Started,
        Self::FirstToken,
        Self::Token,
        Self::Polled,
        Self::Woken,
        Self::Finished,
        Self::Failed,
        Self::Dropped,
        Self::Stuck,
    ];

    /// The words for what happened: `first token`, `never ended`.
    ///
    /// ```
    /// assert_eq!(timeline::MarkKind::Stuck.words(), "never ended");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::Started => "started",
            Self::FirstToken => "first token",
            Self::Token => "token",
            Self::Polled => "polled",
            Self::Woken => "woken",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::Stuck => "never ended",
        }
    }

    /// The word of the JSON form.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::FirstToken => "first-token",
            Self::Stuck => "stuck",
            other => other.words(),
        }
    }
}

impl Lane {
    /// How many tokens, polls and wakes, in words. A drawing shows many of them in one place; only a count tells how many.
    pub(crate) fn counts(&self) -> Vec<String> {
        let count = |kind: MarkKind| self.marks.iter().filter(|mark| mark.kind == kind).count();
        let words = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {many}")),
        };
        // The first token may be marked as a token too, at the same instant: it is still one token.
        let is_token = |at| self.marks.iter().any(|mark| mark.kind == MarkKind::Token && mark.at == at);
        let first = |mark: &&Mark| mark.kind == MarkKind::FirstToken && !is_token(mark.at);
        let tokens = self.marks.iter().filter(first).count() + count(MarkKind::Token);
        let tokens = words(tokens, "token", "tokens");
        let polls = words(count(MarkKind::Polled), "poll", "polls");
        let wakes = words(count(MarkKind::Woken), "wake", "wakes");
        [tokens, polls, wakes].into_iter().flatten().collect()
    }
}
