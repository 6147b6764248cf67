//! One lane: its name, its bar, and when it ended.

use std::time::Duration;

use super::{
    differences::Difference,
    frame::Frame,
    glyphs::{Glyphs, Used, rank},
};
use crate::{
    Lane, MarkKind, SpanKind,
    label::{clean, pad, shorten},
    scale::{Scale, about, instant},
};

pub(super) struct Row<'a> {
    lane: &'a Lane,
    pub(super) name: String,
    /// What to write behind the bar, from the shortest to the fullest.
    labels: [String; 4],
    differs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Blank,
    Span(SpanKind),
    Mark(MarkKind),
    Sign(char),
}

impl<'a> Row<'a> {
    pub(super) fn new(lane: &'a Lane, end: Option<Duration>, difference: Option<Difference>, glyphs: Glyphs) -> Self {
        Self {
            lane,
            name: clean(&lane.name, glyphs.ascii),
            labels: labels(lane, end, difference, glyphs),
            differs: difference.is_some(),
        }
    }

    /// How many columns the bar and the label of this level take.
    pub(super) fn columns(&self, scale: &Scale, level: usize) -> usize {
        self.bar(scale) + width_behind(&self.labels[level])
    }

    pub(super) fn line(&self, frame: &Frame, end: Option<Duration>, glyphs: Glyphs, used: &mut Used) -> String {
        let mut cells = vec![Cell::Blank; frame.plot];
        self.draw_spans(&mut cells, &frame.scale);
        self.draw_marks(&mut cells, &frame.scale);
        if let Some(end) = end {
            let cell = &mut cells[frame.scale.column(end)];
            if *cell == Cell::Blank {
                *cell = Cell::Sign(glyphs.end);
            }
        }
        self.draw_label(&mut cells, &frame.scale);
        used.differs |= self.differs;

        let name = shorten(&self.name, frame.names.saturating_sub(1), glyphs.ascii);
        let drawn = cells.into_iter().map(|cell| match cell {
            Cell::Blank => ' ',
            Cell::Sign(sign) => sign,
            Cell::Span(kind) => {
                used.span(kind);
                glyphs.span(kind)
            }
            Cell::Mark(kind) => {
                used.mark(kind);
                glyphs.mark(kind)
            }
        });
        pad(&name, frame.names) + &drawn.collect::<String>()
    }

    /// The columns up to the last thing that the lane shows.
    fn bar(&self, scale: &Scale) -> usize {
        if self.lane.spans.is_empty() && self.lane.marks.is_empty() { 0 } else { scale.column(self.lane.extent()) + 1 }
    }

    /// A cell shows what took most of its time, so that thousands of short spans look like what they add up to.
    fn draw_spans(&self, cells: &mut [Cell], scale: &Scale) {
        let mut shares = vec![[0_u128; SpanKind::ALL.len()]; cells.len()];
        for span in &self.lane.spans {
            let to = span.to.max(span.from);
            let (first, last) = (scale.column(span.from), scale.column(to));
            for (column, share) in shares.iter_mut().enumerate().take(last + 1).skip(first) {
                share[span.kind as usize] += scale.share(column, span.from, to);
            }
            if span.from == to {
                shares[first][span.kind as usize] += 1;
            }
        }
        for (cell, share) in cells.iter_mut().zip(shares) {
            let most = SpanKind::ALL.into_iter().max_by_key(|&kind| share[kind as usize]).expect("there are kinds");
            if share[most as usize] > 0 {
                *cell = Cell::Span(most);
            }
        }
    }

    fn draw_marks(&self, cells: &mut [Cell], scale: &Scale) {
        for mark in &self.lane.marks {
            let cell = &mut cells[scale.column(mark.at)];
            let covered = if let Cell::Mark(kind) = *cell { Some(rank(kind)) } else { None };
            if covered < Some(rank(mark.kind)) {
                *cell = Cell::Mark(mark.kind);
            }
        }
    }

    /// Writes the fullest label that there is room for. The shortest is cut where even that is too long.
    fn draw_label(&self, cells: &mut [Cell], scale: &Scale) {
        let bar = self.bar(scale);
        let room = cells.len().saturating_sub(bar);
        let fullest = self.labels.iter().rev().find(|label| width_behind(label) <= room);
        let label = fullest.unwrap_or(&self.labels[0]);
        let first = if bar == 0 { 0 } else { bar + 1 };
        // The line of the end of the run leaves a blank on both sides of the words.
        let beside = [first.checked_sub(1), Some(first + label.chars().count())];
        for column in beside.into_iter().flatten().filter(|&column| column >= bar && !label.is_empty()) {
            if let Some(cell) = cells.get_mut(column) {
                *cell = Cell::Blank;
            }
        }
        for (cell, character) in cells.iter_mut().skip(first).zip(label.chars()) {
            *cell = Cell::Sign(character);
        }
    }
}

/// Labels are made of characters of one column each.
fn width_behind(label: &str) -> usize {
    if label.is_empty() { 0 } else { 1 + label.chars().count() }
}

fn labels(lane: &Lane, end: Option<Duration>, difference: Option<Difference>, glyphs: Glyphs) -> [String; 4] {
    let differs = if difference.is_some() { format!(" {}", glyphs.differs) } else { String::new() };
    let Some(ending) = lane.ending() else {
        let empty = "nothing recorded".to_owned() + &differs;
        return [differs.trim_start().to_owned(), differs.trim_start().to_owned(), empty.clone(), empty];
    };
    let expected = match difference {
        None | Some(Difference::Missing) => String::new(),
        Some(Difference::Ending(expected)) if expected.at != ending.at => format!(" {}", instant(expected.at)),
        Some(Difference::Ending(expected)) => format!(" {}", expected.how.map_or("open", MarkKind::words)),
    };
    let counts = lane.counts().join(", ");
    let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
    let words = ending.words(lane.still(end));
    let (short, exact) = match ending.how {
        Some(MarkKind::Stuck) => ("never".to_owned(), words.clone()),
        _ => (about(ending.at), instant(ending.at)),
    };
    let all = [
        format!("{short}{differs}"),
        format!("{exact}{differs}"),
        format!("{words}{differs}{expected}"),
        format!("{words}{differs}{expected}{counts}"),
    ];
    all.map(|label| glyphs.spelled(label))
}
