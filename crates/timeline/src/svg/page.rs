//! The picture as a whole: its size, its words, its colours.

use std::time::Duration;

use super::{
    legend::Legend,
    panel::Panel,
    shapes::{LEFT, PLOT, WIDTH, escaped, text_width},
};
use crate::{
    Code, SourceLine, SpanKind, code,
    label::{clean, columns, shorten},
    reach::Reach,
};

pub(super) struct Page {
    pub(super) id: String,
    pub(super) reach: Reach,
    pub(super) legend: Legend,
    /// What stands beside the picture.
    code: Vec<Code>,
    title: String,
    words: String,
    body: Vec<String>,
    /// The height that is used up.
    y: u32,
}

impl Page {
    pub(super) fn new(title: &str, words: &str, content: &str, reach: Reach, code: Vec<Code>) -> Self {
        Self {
            code,
            id: format!("timeline-{:016x}", fingerprint(content)),
            reach,
            legend: Legend::default(),
            title: clean(title, false),
            words: clean(words, false),
            body: Vec::new(),
            y: 8,
        }
    }

    pub(super) fn add(&mut self, panel: &Panel<'_>) {
        panel.draw(self);
    }

    pub(super) fn push(&mut self, element: String) {
        self.body.push(element);
    }

    /// Takes so much of the height, and says where it begins.
    pub(super) fn take(&mut self, height: u32) -> u32 {
        let y = self.y;
        self.y += height;
        y
    }

    /// Where the height begins that nobody has taken yet.
    pub(super) fn y(&self) -> u32 {
        self.y
    }

    /// Where a line stands beside the picture: `0:4` is the fifth line of the first block.
    pub(super) fn place_of(&self, line: &SourceLine) -> Option<String> {
        code::place_of(&self.code, line)
    }

    /// Where `at` is, from left to right.
    pub(super) fn x(&self, at: Duration) -> f64 {
        let extent = self.reach.to;
        if extent.is_zero() {
            return LEFT;
        }
        LEFT + PLOT * (at.min(extent).as_secs_f64() / extent.as_secs_f64())
    }

    pub(super) fn finish(mut self) -> String {
        let legend = std::mem::take(&mut self.legend);
        legend.draw(&mut self);
        let Self { id, title, words, body, y, reach, code, .. } = self;
        let (title, words) = (escaped(&title), escaped(&words));
        let mut lines = vec![
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"timeline\" viewBox=\"0 0 {WIDTH} {height}\" \
                 width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-title\" \
                 aria-describedby=\"{id}-desc\" data-extent-ns=\"{extent}\" data-plot-x=\"{LEFT}\" \
                 data-plot-width=\"{PLOT}\"{code}>",
                code = code::attribute(&code),
                height = y + 8,
                extent = reach.to.as_nanos(),
            ),
            format!("<title id=\"{id}-title\">{title}</title>"),
            format!("<desc id=\"{id}-desc\">{words}</desc>"),
        ];
        lines.extend(style(&id, &legend));
        lines.extend(patterns(&id, &legend));
        lines.extend(body);
        lines.push("</svg>\n".to_owned());
        lines.join("\n")
    }
}

/// The most of `text` that fits into `width` units at the size of `class`.
pub(super) fn fitted(text: &str, width: f64) -> String {
    let text = clean(text, false);
    let room = (width / text_width(1)).max(1.0) as usize;
    if columns(&text) <= room { text } else { shorten(&text, room, false) }
}

/// Each rule names the picture, because a style that is inlined into a page holds for the whole page.
///
/// A colour of its own, and a background, the picture has only where it is a document by itself (`svg:root`). The fills
/// are of middle lightness: three to one or better on white and on near-black.
/// What only queues need stands only in pictures that show one.
fn style(id: &str, legend: &Legend) -> Vec<String> {
    let rules = [
        "svg#ID{width:100%;max-width:600px;height:auto;--queued:#7c828c;--waiting:#2f83c5;--streaming:#2a9158;--running:#d4532f}",
        "svg:root#ID{color:#1f2328;background:#fff}",
        ".navy #ID,.coal #ID,.ayu #ID{--queued:#9aa1ab;--waiting:#5aa7e4;--streaming:#4dbb80;--running:#f07a55}",
        "@media (prefers-color-scheme:dark){svg:root#ID{color:#e4e6eb;background:#17191e;--queued:#9aa1ab;--waiting:#5aa7e4;--streaming:#4dbb80;--running:#f07a55}}",
        "#ID text{font:14px system-ui,sans-serif;fill:currentColor}",
        "#ID .title{font-size:16px;font-weight:600}",
        "#ID .ending,#ID .name{font-variant-numeric:tabular-nums}",
        "#ID .axis{font-size:12px}",
        "#ID .grid{fill:none;stroke:currentColor;stroke-width:1;opacity:.18}",
        "#ID .end{fill:none;stroke:currentColor;stroke-width:2}",
        "#ID .queued{fill:url(#ID-queued);stroke:var(--queued);stroke-dasharray:2 2}",
        "#ID .waiting{fill:url(#ID-waiting);stroke:var(--waiting)}",
        "#ID .streaming{fill:url(#ID-streaming);stroke:var(--streaming)}",
        "#ID .running{fill:var(--running);stroke:var(--running)}",
        "#ID .mark{fill:currentColor;stroke:none}",
        "#ID .mark .line{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}",
    ];
    let mut lines = vec!["<style>".to_owned()];
    lines.extend(rules.map(|rule| rule.replace("ID", id)));
    let for_queues = [
        (legend.uses(SpanKind::ForRoom), "#ID .for-room{fill:url(#ID-for-room);stroke:var(--running)}"),
        (legend.uses(SpanKind::ForItem), "#ID .for-item{fill:url(#ID-for-item);stroke:var(--queued)}"),
        (legend.depth, "#ID .level{fill:var(--waiting);opacity:.75}"),
        (legend.capacity, "#ID .capacity{fill:none;stroke:var(--running);stroke-width:2;stroke-dasharray:6 4}"),
    ];
    lines.extend(for_queues.into_iter().filter(|(is_used, _)| *is_used).map(|(_, rule)| rule.replace("ID", id)));
    lines.push("</style>".to_owned());
    lines
}

/// Dots in a queue, slanted lines while it waits, level lines while it streams.
fn patterns(id: &str, legend: &Legend) -> Vec<String> {
    let pattern = |kind: &str, size: u32, shape: &str| {
        format!(
            "<pattern id=\"{id}-{kind}\" width=\"{size}\" height=\"{size}\" patternUnits=\"userSpaceOnUse\">{shape}</pattern>"
        )
    };
    let for_queues = [
        (SpanKind::ForRoom, "<path d=\"M1 1L6 6M6 1L1 6\" style=\"stroke:var(--running);stroke-width:1.3\"/>"),
        (SpanKind::ForItem, "<path d=\"M3.5 0V7\" style=\"stroke:var(--queued);stroke-width:1.3\"/>"),
    ];
    let for_queues = for_queues.into_iter().filter(|(kind, _)| legend.uses(*kind));
    let for_queues: Vec<String> = for_queues.map(|(kind, shape)| pattern(kind.id(), 7, shape)).collect();
    let mut lines = vec![
        "<defs>".to_owned(),
        pattern("queued", 6, "<circle cx=\"3\" cy=\"3\" r=\"1.1\" style=\"fill:var(--queued)\"/>"),
        pattern(
            "waiting",
            8,
            "<rect width=\"8\" height=\"8\" style=\"fill:var(--waiting);opacity:.3\"/>\
             <path d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\" style=\"stroke:var(--waiting);stroke-width:1.6\"/>",
        ),
        pattern(
            "streaming",
            5,
            "<rect width=\"5\" height=\"5\" style=\"fill:var(--streaming);opacity:.3\"/>\
             <path d=\"M0 2.5H5\" style=\"stroke:var(--streaming);stroke-width:1.8\"/>",
        ),
    ];
    lines.extend(for_queues);
    lines.push("</defs>".to_owned());
    lines
}

/// FNV-1a: the same on every machine and in every version, which the standard library does not promise of its own.
fn fingerprint(content: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    content.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}
