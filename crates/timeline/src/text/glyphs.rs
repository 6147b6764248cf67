//! The signs of a drawing, and the legend that names them.

use crate::{
    MarkKind, SpanKind, TextStyle,
    label::{columns, pad},
};

/// One of the two sets of signs. Each sign is one column wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyphs {
    pub(super) ascii: bool,
    pub(super) axis: char,
    pub(super) axis_start: char,
    pub(super) axis_tick: char,
    pub(super) axis_end: char,
    /// In place of the end, where something lies beyond it.
    pub(super) axis_cut: char,
    /// Runs down through all lanes at the end of the run, and turns to the words that name the instant.
    pub(super) end: char,
    pub(super) end_then_words: char,
    pub(super) words_then_end: char,
    pub(super) heading: char,
    /// Filled up to the depth of a queue, and the line at its capacity.
    pub(super) depth: char,
    pub(super) capacity: char,
    pub(super) differs: &'static str,
    pub(super) more: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    ascii: false,
    axis: '─',
    axis_start: '├',
    axis_tick: '┼',
    axis_end: '┤',
    axis_cut: '…',
    end: '│',
    end_then_words: '└',
    words_then_end: '┘',
    heading: '─',
    depth: '▆',
    capacity: '┄',
    differs: "≠",
    more: "…",
};

const ASCII: Glyphs = Glyphs {
    ascii: true,
    axis: '-',
    axis_start: '|',
    axis_tick: '+',
    axis_end: '|',
    axis_cut: '~',
    end: '|',
    end_then_words: '|',
    words_then_end: '|',
    heading: '-',
    depth: '%',
    capacity: '_',
    differs: "!=",
    more: "...",
};

impl Glyphs {
    pub(super) fn of(style: &TextStyle) -> Self {
        if style.ascii { ASCII } else { UNICODE }
    }

    /// The one letter of our own words that ASCII lacks.
    pub(super) fn spelled(&self, words: String) -> String {
        if self.ascii { words.replace('µ', "u") } else { words }
    }

    /// The fuller the sign, the busier the lane: dots in a queue, a light bar while it waits, a solid one while it keeps
    /// the thread busy.
    pub(super) fn span(&self, kind: SpanKind) -> char {
        let (unicode, ascii) = match kind {
            SpanKind::Queued => ('·', '.'),
            SpanKind::ForRoom => ('▪', ':'),
            SpanKind::ForItem => ('▫', ','),
            SpanKind::Waiting => ('░', '-'),
            SpanKind::Streaming => ('▒', '='),
            SpanKind::Running => ('█', '#'),
        };
        if self.ascii { ascii } else { unicode }
    }

    pub(super) fn mark(&self, kind: MarkKind) -> char {
        let (unicode, ascii) = match kind {
            MarkKind::Spawned => ('○', '('),
            MarkKind::Started => ('▸', '>'),
            MarkKind::FirstToken => ('◆', '*'),
            MarkKind::Token => ('•', 'o'),
            MarkKind::Polled => ('▼', 'v'),
            MarkKind::Woken => ('▲', '^'),
            MarkKind::Finished => ('✓', ']'),
            MarkKind::Failed => ('!', '!'),
            MarkKind::Dropped => ('×', 'x'),
            MarkKind::Stuck => ('∞', '?'),
        };
        if self.ascii { ascii } else { unicode }
    }
}

/// Which of several marks in one column is seen: the one that says most about the lane.
pub(super) fn rank(kind: MarkKind) -> u8 {
    match kind {
        MarkKind::Token => 0,
        MarkKind::Polled => 1,
        MarkKind::Woken => 2,
        MarkKind::Spawned => 3,
        MarkKind::Started => 4,
        MarkKind::FirstToken => 5,
        MarkKind::Finished => 6,
        MarkKind::Dropped => 7,
        MarkKind::Failed => 8,
        MarkKind::Stuck => 9,
    }
}

/// The signs that a drawing shows.
#[derive(Debug, Default)]
pub(super) struct Used {
    spans: Vec<SpanKind>,
    marks: Vec<MarkKind>,
    pub(super) differs: bool,
    pub(super) depth: bool,
    pub(super) capacity: bool,
}

impl Used {
    pub(super) fn span(&mut self, kind: SpanKind) {
        if !self.spans.contains(&kind) {
            self.spans.push(kind);
        }
    }

    pub(super) fn mark(&mut self, kind: MarkKind) {
        if !self.marks.contains(&kind) {
            self.marks.push(kind);
        }
    }

    /// The signs that were used and what they mean, in as many lines as they need, below an empty line.
    pub(super) fn legend(&self, glyphs: Glyphs, width: usize) -> Vec<String> {
        let spans = SpanKind::ALL.into_iter().filter(|kind| self.spans.contains(kind));
        let marks = MarkKind::ALL.into_iter().filter(|kind| self.marks.contains(kind));
        let mut entries: Vec<String> = spans.map(|kind| format!("{} {}", glyphs.span(kind), kind.meaning())).collect();
        entries.extend(marks.map(|kind| format!("{} {}", glyphs.mark(kind), kind.words())));
        if self.depth {
            entries.push(format!("{} in the queue", glyphs.depth));
        }
        if self.capacity {
            entries.push(format!("{} capacity", glyphs.capacity));
        }
        if self.differs {
            entries.push(format!("{} not as expected", glyphs.differs));
        }
        wrapped(&entries, width)
    }
}

fn wrapped(entries: &[String], width: usize) -> Vec<String> {
    let Some((first, rest)) = entries.split_first() else {
        return Vec::new();
    };
    let mut lines = vec![String::new(), first.clone()];
    for entry in rest {
        let line = lines.last_mut().expect("the first entry stands on a line");
        let longer = pad(line, columns(line) + 3) + entry;
        if columns(&longer) <= width {
            *line = longer;
        } else {
            lines.push(entry.clone());
        }
    }
    lines
}
