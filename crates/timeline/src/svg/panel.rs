//! One timeline of a picture: title, axis, lanes, and where the run ended.

use super::{
    chart,
    lane::{self, BAR_HEIGHT, Measure},
    page::{Page, fitted},
    shapes::{LEFT, PLOT, escaped, units},
};
use crate::{
    Lane, Timeline,
    scale::{instant, round_ticks},
};

/// Lanes beyond this number are counted, not drawn.
const MOST_LANES: usize = 48;

/// Besides zero, so many ticks have room for their labels.
const MOST_TICKS: u128 = 6;

/// The height of the axis.
const AXIS: u32 = 20;

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
        let lanes = &self.timeline.lanes[..self.timeline.lanes.len().min(MOST_LANES)];
        let bars = Bars::below(page.y() + AXIS, lanes);
        self.axis(&bars, page);
        for (index, lane) in lanes.iter().enumerate() {
            lane::draw(lane, index, self.timeline.end, bars.measure, page);
        }
        self.more(page);
        for (index, gauge) in self.timeline.gauges.iter().enumerate() {
            chart::draw(gauge, index, self.timeline.extent(), page);
        }
        self.end(&bars, page);
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

    fn axis(&self, bars: &Bars, page: &mut Page) {
        let y = page.take(AXIS) + 13;
        for (at, label) in round_ticks(page.reach.to, MOST_TICKS) {
            let x = page.x(at);
            // The sign for "and so on" has this place.
            if page.reach.is_cut && x > LEFT + PLOT - 30.0 {
                continue;
            }
            let anchor = match x {
                _ if x < LEFT + 15.0 => "start",
                _ if x > LEFT + PLOT - 12.0 => "end",
                _ => "middle",
            };
            let x = units(x);
            page.push(format!("<path class=\"grid\" d=\"M{x} {}v4{}\"/>", y + 3, bars.line(&x)));
            page.push(format!("<text class=\"axis\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{label}</text>"));
        }
        if page.reach.is_cut {
            let x = units(LEFT + PLOT + 16.0);
            page.push(format!("<text class=\"axis\" x=\"{x}\" y=\"{y}\" text-anchor=\"end\">…</text>"));
        }
        if bars.lanes == 0 {
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

    fn end(&self, bars: &Bars, page: &mut Page) {
        let Some(end) = self.timeline.end else {
            return;
        };
        let y = page.take(22);
        let x = page.x(end);
        let (anchor, label) = if x < LEFT + PLOT / 2.0 { ("start", x + 6.0) } else { ("end", x - 6.0) };
        let foot = format!("M{} {y}v18", units(x));
        page.push(format!("<path class=\"end\" d=\"{}{foot}\"/>", bars.line(&units(x))));
        page.push(format!(
            "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" data-at-ns=\"{}\">run ends {}</text>",
            units(label),
            y + 16,
            end.as_nanos(),
            instant(end),
        ));
    }
}

/// Where the bars of a panel are.
struct Bars {
    top: u32,
    lanes: u32,
    measure: Measure,
}

impl Bars {
    fn below(top: u32, lanes: &[Lane]) -> Self {
        Self { top, lanes: lanes.len() as u32, measure: Measure::of(lanes) }
    }

    /// An upright line at `x` through all bars. It leaves out the words between them, which it would make hard to read.
    fn line(&self, x: &str) -> String {
        let piece = |lane: u32| {
            let y = self.top + lane * self.measure.height + self.measure.bar - 3;
            format!("M{x} {y}v{}", BAR_HEIGHT + 6)
        };
        (0..self.lanes).map(piece).collect()
    }
}
