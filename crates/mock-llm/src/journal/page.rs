//! A part of the journal, for observers that must not hold up whom they observe.

use std::time::Duration;

use super::{Call, CallKind, End, Journal};

/// Some calls of the journal, one after the other: a copy, as [`Journal`] is one, that costs no more than the calls in it.
///
/// A whole journal has every instant of every token of every call, which for a model that runs for days is a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalPage {
    /// In the order in which they started.
    pub calls: Vec<CallSummary>,
    /// How many calls there have been since the start or the restart, those that are forgotten included. The latest bears
    /// this number.
    pub total: usize,
    /// See [`Journal::in_flight`].
    pub in_flight: usize,
    /// See [`Journal::waiting`].
    pub waiting: usize,
    /// See [`Journal::high_water`].
    pub high_water: usize,
    /// When this copy was taken.
    pub taken: Duration,
}

/// A [`Call`] with the number of its tokens in place of their instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSummary {
    /// Its place among all calls since the start or the restart, from 1.
    pub number: usize,
    pub model: String,
    pub prompt: String,
    pub label: Option<String>,
    pub note: Option<String>,
    pub attempt: u32,
    pub kind: CallKind,
    pub started: Duration,
    pub begun: Option<Duration>,
    pub first_token: Option<Duration>,
    /// How many tokens the model has produced.
    pub produced: usize,
    pub delivered: usize,
    pub ended: Option<(Duration, End)>,
}

impl Journal {
    /// At most `limit` calls that come after the one with this number, as they stand at `now`.
    pub(crate) fn page(&self, after: usize, limit: usize, now: Duration) -> JournalPage {
        let first = after.saturating_sub(self.forgotten).min(self.calls.len());
        let part = self.calls[first..].iter().take(limit).zip(self.forgotten + first..);
        JournalPage {
            calls: part.map(|(call, id)| self.summary(call, id, now)).collect(),
            total: self.next_id(),
            in_flight: self.in_flight,
            waiting: self.waiting(),
            high_water: self.high_water,
            taken: now,
        }
    }

    fn summary(&self, call: &Call, id: usize, now: Duration) -> CallSummary {
        let (produced, first_token) = match self.writing.get(&id) {
            Some(writing) => {
                let mut produced = writing.produced_by(now);
                (produced.len(), produced.next())
            }
            None => (call.produced_count, call.first_token),
        };
        CallSummary {
            number: id + 1,
            model: call.model.clone(),
            prompt: call.prompt.clone(),
            label: call.label.clone(),
            note: call.note.clone(),
            attempt: call.attempt,
            kind: call.kind,
            started: call.started,
            begun: call.begun,
            first_token,
            produced,
            delivered: call.delivered,
            ended: call.ended.clone(),
        }
    }
}
