//! One lane of a picture: its name and how it ended in words, and its bar below.

use std::{collections::BTreeMap, time::Duration};

use super::{
    page::{Page, fitted},
    shapes::{LEFT, PLOT, escaped, shape, text_width, units},
};
use crate::{
    Lane, MarkKind,
    label::{clean, columns},
};

pub(super) const BAR_HEIGHT: u32 = 15;

/// Where things are in a lane, from its top. Names stand above the bars and not beside them: so the bars keep the whole
/// width of a phone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub(super) height: u32,
    pub(super) baseline: u32,
    pub(super) bar: u32,
}

impl Measure {
    /// Polls point at the bar from above and wakes from below; only where there are some do they need the room.
    pub(super) fn of(lanes: &[Lane]) -> Self {
        let is_beside = |kind| matches!(kind, MarkKind::Polled | MarkKind::Woken);
        let needs_room = lanes.iter().flat_map(|lane| &lane.marks).any(|mark| is_beside(mark.kind));
        if needs_room { Self { height: 56, baseline: 16, bar: 29 } } else { Self { height: 46, baseline: 16, bar: 23 } }
    }
}

pub(super) fn draw(lane: &Lane, index: usize, end: Option<Duration>, measure: Measure, page: &mut Page) {
    let y = page.take(measure.height);
    let name = escaped(&clean(&lane.name, false));
    page.push(format!("<g class=\"lane\" data-lane=\"{name}\" data-lane-index=\"{index}\">"));
    draw_words(lane, end, &name, y + measure.baseline, page);
    draw_spans(lane, &name, y + measure.bar, page);
    draw_marks(lane, &name, f64::from(y + measure.bar) + f64::from(BAR_HEIGHT) / 2.0, page);
    write_steps(lane, page);
    page.push("</g>".to_owned());
}

fn draw_words(lane: &Lane, end: Option<Duration>, name: &str, y: u32, page: &mut Page) {
    let ending = ending_words(lane, end);
    let room = PLOT - text_width(columns(&ending) + 2);
    let shown = escaped(&fitted(&lane.name, room));
    page.push(format!("<text class=\"name\" x=\"{LEFT}\" y=\"{y}\">{shown}</text>"));
    let at = lane.ending().map_or(0, |ending| ending.at.as_nanos());
    page.push(format!(
        "<text class=\"ending\" x=\"{}\" y=\"{y}\" text-anchor=\"end\" data-lane=\"{name}\" data-at-ns=\"{at}\">{ending}</text>",
        units(LEFT + PLOT),
    ));
}

fn ending_words(lane: &Lane, end: Option<Duration>) -> String {
    let Some(ending) = lane.ending() else {
        return "nothing recorded".to_owned();
    };
    let counts = lane.counts().join(", ");
    let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
    format!("{}{counts}", ending.words(lane.still(end)))
}

fn draw_spans(lane: &Lane, name: &str, y: u32, page: &mut Page) {
    for span in &lane.spans {
        page.legend.span(span.kind);
        let to = span.to.max(span.from);
        let x = page.x(span.from);
        // A span that is too short to see is still drawn: what happened must not be hidden by the scale.
        let width = (page.x(to) - x).max(0.5);
        page.push(format!(
            "<rect class=\"span {kind}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BAR_HEIGHT}\" \
             data-lane=\"{name}\" data-kind=\"{kind}\" data-from-ns=\"{from}\" data-to-ns=\"{to}\"/>",
            kind = span.kind.id(),
            x = units(x),
            width = units(width),
            from = span.from.as_nanos(),
            to = to.as_nanos(),
        ));
    }
}

/// Nothing to see: for whoever steps through the picture, beside its code.
fn write_steps(lane: &Lane, page: &mut Page) {
    for step in &lane.steps {
        let lines: Vec<String> = step.lines.iter().filter_map(|line| page.place_of(line)).collect();
        if !lines.is_empty() {
            page.push(format!(
                "<g class=\"at\" data-at-ns=\"{}\" data-lines=\"{}\"/>",
                step.at.as_nanos(),
                lines.join(" ")
            ));
        }
    }
}

fn draw_marks(lane: &Lane, name: &str, y: f64, page: &mut Page) {
    // By place and kind, so that thousands of marks on one spot are one element; in the order of time.
    let mut spots = BTreeMap::new();
    for mark in &lane.marks {
        let spot = page.x(mark.at).round() as u32;
        let place = MarkKind::ALL.iter().position(|kind| *kind == mark.kind);
        let (at, _, count) = spots.entry((spot, place)).or_insert((mark.at, mark.kind, 0_usize));
        *at = mark.at.min(*at);
        *count += 1;
    }
    for (at, kind, count) in spots.into_values() {
        page.legend.mark(kind);
        page.push(format!(
            "<g class=\"mark\" transform=\"translate({} {})\" data-lane=\"{name}\" data-kind=\"{}\" data-at-ns=\"{}\" \
             data-count=\"{count}\">{}</g>",
            units(page.x(at)),
            units(y),
            kind.id(),
            at.as_nanos(),
            shape(kind),
        ));
    }
}
