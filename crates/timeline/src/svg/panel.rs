//! One timeline of a picture: title, axis, lanes, and where the run ended.

use super::{
    lane,
    page::{Page, fitted},
    shapes::{LEFT, PLOT, escaped, units},
};
use crate::{
    Timeline,
    scale::{instant, round_ticks},
};

/// Lanes beyond this number are counted, not drawn.
const MOST_LANES: usize = 48;

/// Besides zero, so many ticks have room for their labels.
const MOST_TICKS: u128 = 6;

pub(super) struct Panel<'a> {
    timeline: &'a Timeline,
    run: usize,
}

impl<'a> Panel<'a> {
    pub(super) fn new(timeline: &'a Timeline, run: usize) -> Self {
        Self { timeline, run }
    }

    pub(super) fn draw(&self, page: &mut Page) {
        let end = self.timeline.end.map(|end| format!(" data-end-ns=\"{}\"", end.as_nanos())).unwrap_or_default();
        page.push(format!("<g class=\"run\" data-run=\"{}\"{end}>", self.run));
        self.title(page);
        self.axis(page);
        let drawn = self.timeline.lanes.iter().take(MOST_LANES);
        for (index, lane) in drawn.enumerate() {
            lane::draw(lane, index, page);
        }
        self.more(page);
        self.end(page);
        page.push("</g>".to_owned());
        page.take(10);
    }

    fn title(&self, page: &mut Page) {
        if self.timeline.title.trim().is_empty() {
            return;
        }
        let y = page.take(28) + 17;
        let title = escaped(&fitted(&self.timeline.title, PLOT * 0.85));
        page.push(format!("<text class=\"title\" x=\"{LEFT}\" y=\"{y}\">{title}</text>"));
    }

    fn axis(&self, page: &mut Page) {
        let y = page.take(20) + 13;
        let lanes = self.timeline.lanes.len().min(MOST_LANES) as u32;
        let bottom = y + 6 + lane::HEIGHT * lanes;
        for (at, label) in round_ticks(page.extent, MOST_TICKS) {
            let x = page.x(at);
            let anchor = match x {
                _ if x < LEFT + 15.0 => "start",
                _ if x > LEFT + PLOT - 12.0 => "end",
                _ => "middle",
            };
            let x = units(x);
            page.push(format!("<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{bottom}\"/>", y + 4));
            page.push(format!("<text class=\"axis\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{label}</text>"));
        }
        if lanes == 0 {
            let y = page.take(20) + 15;
            page.push(format!("<text x=\"{LEFT}\" y=\"{y}\">(no lanes)</text>"));
        }
    }

    fn more(&self, page: &mut Page) {
        if let Some(hidden) = self.timeline.lanes.len().checked_sub(MOST_LANES).filter(|&hidden| hidden > 0) {
            let y = page.take(22) + 16;
            page.push(format!("<text x=\"{LEFT}\" y=\"{y}\">… and {hidden} more</text>"));
        }
    }

    fn end(&self, page: &mut Page) {
        let Some(end) = self.timeline.end else {
            return;
        };
        let y = page.take(22);
        let lanes = self.timeline.lanes.len().min(MOST_LANES) as u32;
        let x = page.x(end);
        let (anchor, label) = if x < LEFT + PLOT / 2.0 { ("start", x + 6.0) } else { ("end", x - 6.0) };
        page.push(format!(
            "<line class=\"end\" x1=\"{x}\" x2=\"{x}\" y1=\"{top}\" y2=\"{bottom}\"/>",
            x = units(x),
            top = y.saturating_sub(lane::HEIGHT * lanes),
            bottom = y + 18,
        ));
        page.push(format!(
            "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" data-at-ns=\"{}\">run ends {}</text>",
            units(label),
            y + 16,
            end.as_nanos(),
            instant(end),
        ));
    }
}
