//! A timeline in sentences, for those who cannot see a drawing.

use std::time::Duration;

use crate::{Lane, MarkKind, SpanKind, Timeline, label::clean, reach::Reach, scale::instant};

/// Lanes beyond this number are counted, not told. As many as a picture draws.
const MOST_LANES: usize = 48;

/// A lane with more spans than this is summed up.
const MOST_SPANS: usize = 6;

impl Timeline {
    /// Says in words what a drawing shows, lane by lane: the text alternative of a picture.
    ///
    /// ```
    /// use timeline::{Lane, Timeline};
    ///
    /// let run = Timeline::new("one after another")
    ///     .lane(Lane::call("atlas", 0.0, 1.0))
    ///     .lane(Lane::dropped("birch", 1.0, 1.8));
    /// assert_eq!(
    ///     run.words(),
    ///     "2 lanes, from 0 s to 1.800 s. \
    ///      atlas: waiting from 0 s to 1.000 s, finished at 1.000 s. \
    ///      birch: waiting from 1.000 s to 1.800 s, dropped at 1.800 s."
    /// );
    /// ```
    pub fn words(&self) -> String {
        let lanes = match self.lanes.len() {
            0 => "No lanes".to_owned(),
            1 => "1 lane".to_owned(),
            many => format!("{many} lanes"),
        };
        // As far as a picture goes: the instant at which a stuck run was given up means nothing.
        let reach = Reach::of(&[self]);
        let on = if reach.is_cut { " and on" } else { "" };
        let mut sentences = vec![format!("{lanes}, from 0 s to {}{on}.", instant(reach.to))];
        sentences.extend(self.lanes.iter().take(MOST_LANES).map(|lane| lane.sentence(self.end, reach)));
        if let Some(hidden) = self.lanes.len().checked_sub(MOST_LANES).filter(|&hidden| hidden > 0) {
            sentences.push(format!("And {hidden} more."));
        }
        sentences.extend(self.gauges.iter().map(|gauge| gauge.sentence(reach.to)));
        sentences.extend(self.end.map(|end| format!("The run ends at {}.", instant(end))));
        sentences.join(" ")
    }
}

impl Lane {
    fn sentence(&self, end: Option<Duration>, reach: Reach) -> String {
        let at = |kind: MarkKind| self.marks.iter().find(move |mark| mark.kind == kind).map(|mark| mark.at);
        let begins = [MarkKind::Spawned, MarkKind::Started]
            .into_iter()
            .filter_map(|kind| at(kind).map(|at| format!("{} at {}", kind.words(), instant(at))));
        let first = at(MarkKind::FirstToken).map(|at| format!("first token at {}", instant(at)));
        let ends = self.ending().and_then(|ending| {
            ending.how.map(|how| match how {
                MarkKind::Stuck => how.words().to_owned(),
                _ => format!("{} at {}", how.words(), instant(ending.at)),
            })
        });
        let still = self.still(end).zip(end).map(|(kind, end)| format!("still {} at {}", kind.words(), instant(end)));
        let parts: Vec<String> =
            begins.chain(self.span_words(reach)).chain(first).chain(self.counts()).chain(ends).chain(still).collect();
        let name = clean(&self.name, false);
        if parts.is_empty() { format!("{name}: nothing recorded.") } else { format!("{name}: {}.", parts.join(", ")) }
    }

    fn span_words(&self, reach: Reach) -> Vec<String> {
        if self.spans.len() <= MOST_SPANS {
            let words = self.spans.iter().map(|span| {
                let (kind, from, to) = (span.kind.words(), instant(span.from), span.to.max(span.from));
                if reach.is_cut && to > reach.to {
                    format!("{kind} from {from} on")
                } else {
                    format!("{kind} from {from} to {}", instant(to))
                }
            });
            return words.collect();
        }
        let total = |kind: SpanKind| {
            let spans = self.spans.iter().filter(move |span| span.kind == kind);
            spans.fold(Duration::ZERO, |sum, span| sum.saturating_add(span.to.min(reach.to).saturating_sub(span.from)))
        };
        let totals = SpanKind::ALL.into_iter().map(|kind| (kind, total(kind))).filter(|(_, total)| !total.is_zero());
        let words = totals.map(|(kind, total)| format!("{} for {} in all", kind.words(), instant(total)));
        std::iter::once(format!("{} spans", self.spans.len())).chain(words).collect()
    }
}
