//! One timeline of a drawing: the axis, the lanes, and where the run ended.

use super::{
    chart,
    differences::Differences,
    frame::Frame,
    glyphs::{Glyphs, Used},
    row::Row,
};
use crate::{
    Lane, Timeline,
    label::{clean, columns, pad, shorten},
    scale::{about, instant},
};

/// Lanes beyond this number are counted, not drawn.
const MOST_LANES: usize = 24;

pub(super) struct Panel<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) glyphs: Glyphs,
    differences: Differences,
}

impl<'a> Panel<'a> {
    pub(super) fn new(timeline: &'a Timeline, differences: Differences, glyphs: Glyphs) -> Self {
        let drawn = timeline.lanes.iter().enumerate().take(MOST_LANES);
        let rows = drawn.map(|(index, lane)| Row::new(lane, timeline.end, differences.lane(index), glyphs)).collect();
        Self { timeline, rows, glyphs, differences }
    }

    /// The title, if there is one.
    pub(super) fn titled(&self, frame: &Frame) -> Vec<String> {
        let title = clean(&self.timeline.title, self.glyphs.ascii);
        if title.trim().is_empty() { Vec::new() } else { vec![shorten(&title, frame.width(), self.glyphs.ascii)] }
    }

    /// A line across the whole width, with a word and the title in it.
    pub(super) fn headed(&self, word: &str, frame: &Frame) -> Vec<String> {
        let title = clean(&self.timeline.title, self.glyphs.ascii);
        let words = if title.trim().is_empty() { word.to_owned() } else { format!("{word}: {title}") };
        let rule = self.glyphs.heading;
        let start = format!("{rule}{rule} {} ", shorten(&words, frame.width() - 6, self.glyphs.ascii));
        let rest = frame.width().saturating_sub(columns(&start));
        vec![start + &rule.to_string().repeat(rest)]
    }

    pub(super) fn lines(&self, frame: &Frame, used: &mut Used) -> Vec<String> {
        let mut lines = self.axis(frame);
        if self.rows.is_empty() && self.timeline.gauges.is_empty() {
            lines.push("(no lanes)".to_owned());
        }
        let end = self.timeline.end;
        lines.extend(self.rows.iter().map(|row| row.line(frame, end, self.glyphs, used)));
        lines.extend(self.more(frame, used));
        // Another run beside this one may last longer.
        let until = self.timeline.extent().min(frame.scale.extent());
        for gauge in &self.timeline.gauges {
            lines.extend(chart::lines(gauge, until, frame, self.glyphs, used));
        }
        lines.extend(self.end(frame, used));
        lines
    }

    fn axis(&self, frame: &Frame) -> Vec<String> {
        let glyphs = self.glyphs;
        let last = frame.scale.column(frame.scale.extent());
        let mut line: Vec<char> = vec![glyphs.axis; last + 1];
        let mut labels = String::new();
        for (column, label) in frame.scale.ticks() {
            line[column] = if column == 0 { glyphs.axis_start } else { glyphs.axis_tick };
            if column + columns(&label) <= frame.plot {
                labels = pad(&labels, column) + &label;
            }
        }
        if last > 0 {
            line[last] = if frame.is_cut { glyphs.axis_cut } else { glyphs.axis_end };
        }
        let labels = glyphs.spelled(labels);
        let names = " ".repeat(frame.names);
        vec![format!("{names}{labels}"), format!("{names}{}", line.into_iter().collect::<String>())]
    }

    /// How many lanes are not drawn.
    fn more(&self, frame: &Frame, used: &mut Used) -> Option<String> {
        let hidden = self.timeline.lanes.len().checked_sub(MOST_LANES).filter(|&hidden| hidden > 0)?;
        let glyphs = self.glyphs;
        let differs = self.differences.any_from(MOST_LANES);
        used.differs |= differs;
        let sign = if differs { format!(" {}", glyphs.differs) } else { String::new() };
        let short = format!("{} and {hidden} more{sign}", glyphs.more);
        let last = self.timeline.lanes[MOST_LANES..].iter().filter_map(Lane::ending).map(|ending| ending.at).max();
        let full = last.map(|at| glyphs.spelled(format!("{short}, the last to end at {}", instant(at))));
        full.filter(|full| columns(full) <= frame.width()).or(Some(short))
    }

    /// The foot of the line at the instant at which the run ended.
    fn end(&self, frame: &Frame, used: &mut Used) -> Option<String> {
        let end = self.timeline.end?;
        let glyphs = self.glyphs;
        let differs = self.differences.end.map(|_| format!(" {}", glyphs.differs)).unwrap_or_default();
        let expected = self.differences.end.map(|end| format!(" {}", instant(end))).unwrap_or_default();
        used.differs |= self.differences.end.is_some();
        let wordings = [
            format!("run ends {}{differs}{expected}", instant(end)),
            format!("run ends {}{differs}", instant(end)),
            format!("end {}{differs}", about(end)),
        ]
        .map(|words| glyphs.spelled(words));

        let column = frame.names + frame.scale.column(end);
        for words in &wordings {
            if column + 2 + columns(words) <= frame.width() {
                return Some(format!("{:column$}{} {words}", "", glyphs.end_then_words));
            }
            if columns(words) < column {
                let before = column - 1;
                return Some(format!("{words:>before$} {}", glyphs.words_then_end));
            }
        }
        Some(format!("{:column$}{}", "", glyphs.end))
    }
}
