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
}

const LINE: u32 = 22;
const SWATCH: f64 = 24.0;

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

    pub(super) fn draw(&self, page: &mut Page) {
        let spans = SpanKind::ALL.into_iter().filter(|kind| self.spans.contains(kind));
        let marks = MarkKind::ALL.into_iter().filter(|kind| self.marks.contains(kind));
        let entries: Vec<(String, &str)> = spans
            .map(|kind| (swatch(kind), kind.meaning()))
            .chain(marks.map(|kind| (sign(kind), kind.words())))
            .collect();
        if entries.is_empty() {
            return;
        }

        page.push("<g class=\"legend\">".to_owned());
        let mut x = LEFT;
        let mut y = page.take(LINE);
        for (drawing, words) in entries {
            let width = SWATCH + 6.0 + text_width(columns(words));
            if x > LEFT && x + width > LEFT + PLOT + 12.0 {
                x = LEFT;
                y = page.take(LINE);
            }
            page.push(format!(
                "<g transform=\"translate({} {y})\">{drawing}<text x=\"30\" y=\"16\">{words}</text></g>",
                units(x)
            ));
            x += width + 12.0;
        }
        page.push("</g>".to_owned());
    }
}

fn swatch(kind: SpanKind) -> String {
    format!("<rect class=\"{}\" y=\"5\" width=\"{SWATCH}\" height=\"12\"/>", kind.id())
}

fn sign(kind: MarkKind) -> String {
    let (right, down) = centre(kind);
    let (x, y) = (units(SWATCH / 2.0 + right), units(11.0 + down));
    format!("<g class=\"mark\" transform=\"translate({x} {y})\">{}</g>", shape(kind))
}
