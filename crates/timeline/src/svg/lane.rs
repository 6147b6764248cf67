//! One lane of a picture: its name and how it ended in words, and its bar below.

use std::collections::BTreeMap;

use super::{
    page::{Page, fitted},
    shapes::{LEFT, PLOT, escaped, shape, text_width, units},
};
use crate::{
    Lane, MarkKind,
    label::{clean, columns},
    scale::instant,
};

/// From one lane to the next. Names stand above the bars and not beside them: so the bars keep the whole width of a phone.
pub(super) const HEIGHT: u32 = 52;
const BASELINE: u32 = 16;
const BAR_TOP: u32 = 25;
const BAR_HEIGHT: u32 = 15;

pub(super) fn draw(lane: &Lane, index: usize, page: &mut Page) {
    let y = page.take(HEIGHT);
    let name = escaped(&clean(&lane.name, false));
    page.push(format!("<g class=\"lane\" data-lane=\"{name}\" data-lane-index=\"{index}\">"));
    draw_words(lane, &name, y + BASELINE, page);
    draw_spans(lane, &name, y + BAR_TOP, page);
    draw_marks(lane, &name, y + BAR_TOP + BAR_HEIGHT / 2, page);
    page.push("</g>".to_owned());
}

fn draw_words(lane: &Lane, name: &str, y: u32, page: &mut Page) {
    let ending = ending_words(lane);
    let room = PLOT - text_width(columns(&ending) + 2);
    let shown = escaped(&fitted(&lane.name, room));
    page.push(format!("<text class=\"name\" x=\"{LEFT}\" y=\"{y}\">{shown}</text>"));
    let at = lane.ending().map_or(0, |ending| ending.at.as_nanos());
    page.push(format!(
        "<text class=\"ending\" x=\"{}\" y=\"{y}\" text-anchor=\"end\" data-lane=\"{name}\" data-at-ns=\"{at}\">{ending}</text>",
        units(LEFT + PLOT),
    ));
}

fn ending_words(lane: &Lane) -> String {
    let Some(ending) = lane.ending() else {
        return "nothing recorded".to_owned();
    };
    let how = match ending.how {
        None | Some(MarkKind::Finished) => String::new(),
        Some(kind) => format!(" {}", kind.words()),
    };
    let counts = lane.counts().join(", ");
    let counts = if counts.is_empty() { counts } else { format!(" ({counts})") };
    format!("{}{how}{counts}", instant(ending.at))
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

fn draw_marks(lane: &Lane, name: &str, y: u32, page: &mut Page) {
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
            "<g class=\"mark\" transform=\"translate({} {y})\" data-lane=\"{name}\" data-kind=\"{}\" data-at-ns=\"{}\" \
             data-count=\"{count}\">{}</g>",
            units(page.x(at)),
            kind.id(),
            at.as_nanos(),
            shape(kind),
        ));
    }
}
