//! Names the patterns and shapes that a picture uses.

use super::{
    page::Page,
    shapes::{LEFT, PLOT, centre, shape, text_width, units},
};
use crate::{MarkKind, SpanKind, label::columns};

#[derive(Debug, Default)]
pub(super) struct Legend {
    spans: Vec<SpanKind>,
    marks: Vec<MarkKind>,
    pub(super) depth: bool,
    pub(super) capacity: bool,
}

const LINE: u32 = 22;
const SWATCH: f64 = 24.0;
const SIGN: f64 = 16.0;
const GAP: f64 = 6.0;
const LEVEL: &str = "<rect class=\"level\" y=\"5\" width=\"24\" height=\"12\"/>";
const CAPACITY: &str = "<path class=\"capacity\" d=\"M0 11h24\"/>";

impl Legend {
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

    pub(super) fn uses(&self, kind: SpanKind) -> bool {
        self.spans.contains(&kind)
    }

    pub(super) fn draw(&self, page: &mut Page) {
        let spans = SpanKind::ALL.into_iter().filter(|kind| self.spans.contains(kind));
        let marks = MarkKind::ALL.into_iter().filter(|kind| self.marks.contains(kind));
        let entries: Vec<(f64, String, &str)> = spans
            .map(|kind| (SWATCH, swatch(kind), kind.meaning()))
            .chain(marks.map(|kind| (SIGN, sign(kind), kind.words())))
            .chain(self.depth.then(|| (SWATCH, LEVEL.to_owned(), "in the queue")))
            .chain(self.capacity.then(|| (SWATCH, CAPACITY.to_owned(), "capacity")))
            .collect();
        if entries.is_empty() {
            return;
        }

        page.push("<g class=\"legend\">".to_owned());
        let mut x = LEFT;
        let mut y = page.take(LINE);
        for (room, drawing, words) in entries {
            let width = room + GAP + text_width(columns(words));
            if x > LEFT && x + width > LEFT + PLOT + 12.0 {
                x = LEFT;
                y = page.take(LINE);
            }
            page.push(format!(
                "<g transform=\"translate({} {y})\">{drawing}<text x=\"{}\" y=\"16\">{words}</text></g>",
                units(x),
                units(room + GAP),
            ));
            x += width + 16.0;
        }
        page.push("</g>".to_owned());
    }
}

fn swatch(kind: SpanKind) -> String {
    format!("<rect class=\"{}\" y=\"5\" width=\"{SWATCH}\" height=\"12\"/>", kind.id())
}

fn sign(kind: MarkKind) -> String {
    let (right, down) = centre(kind);
    let (x, y) = (units(SIGN / 2.0 + right), units(11.0 + down));
    format!("<g class=\"mark\" transform=\"translate({x} {y})\">{}</g>", shape(kind))
}
