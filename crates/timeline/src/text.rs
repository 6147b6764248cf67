//! Draws timelines in the columns of a terminal.

mod chart;
mod differences;
mod frame;
mod glyphs;
mod panel;
mod row;

use crate::{Timeline, label::pad};
use differences::Differences;
use frame::Frame;
use glyphs::{Glyphs, Used};
use panel::Panel;

/// How a timeline is drawn as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// The number of columns. No line is longer. Less than 30 is taken as 30, more than 240 as 240.
    pub width: usize,
    /// Plain ASCII for terminals, fonts and logs that know nothing else.
    pub ascii: bool,
}

impl Default for TextStyle {
    /// 80 columns, Unicode.
    fn default() -> Self {
        Self { width: 80, ascii: false }
    }
}

impl TextStyle {
    fn columns(&self) -> usize {
        self.width.clamp(30, 240)
    }
}

/// From this width on two timelines stand side by side.
const SIDE_BY_SIDE: usize = 100;

impl Timeline {
    /// Draws the timeline: a title, a time axis, one row per lane, and a legend of the signs that are used.
    ///
    /// Behind each bar stands the exact instant at which the lane ends. A vertical line shows where the run ended, if the
    /// timeline knows that. Names that are too long lose their middle; control characters in names show as signs. Of more
    /// than 24 lanes the first 24 are drawn and the rest counted. Every line ends with a line feed, and none is longer
    /// than the style's width, in the columns of a terminal.
    ///
    /// ```
    /// use timeline::{Lane, TextStyle, Timeline};
    ///
    /// let run = Timeline::new("one after another")
    ///     .lane(Lane::call("atlas", 0.0, 1.0))
    ///     .lane(Lane::call("birch", 1.0, 1.8));
    ///
    /// let drawing = run.text(&TextStyle { width: 44, ascii: true });
    /// assert_eq!(drawing, "\
    /// one after another
    ///       0 s     0.5 s   1.0 s   1.5 s
    ///       |-------+-------+-------+---|
    /// atlas ----------------] 1.000 s
    /// birch                 ------------] 1.800 s
    ///
    /// - waiting   ] finished
    /// ");
    /// ```
    pub fn text(&self, style: &TextStyle) -> String {
        let panel = Panel::new(self, Differences::default(), Glyphs::of(style));
        let frame = Frame::fit(&[&panel], style.columns());
        let mut used = Used::default();
        let mut lines = panel.titled(&frame);
        lines.extend(panel.lines(&frame, &mut used));
        lines.extend(used.legend(panel.glyphs, style.columns()));
        joined(lines)
    }
}

/// Draws two runs on one time scale: side by side from 100 columns up, one below the other in less.
///
/// They are headed `yours` and `expected`. Where a lane of yours ends at another instant than the expected lane of the
/// same name, or in another way, a sign (`≠`, in ASCII `!=`) follows its end, and where there is room also what was
/// expected. Lanes that only one of the two has bear the sign as well. Of several lanes with the same name, the first is
/// compared with the first, the second with the second.
///
/// ```
/// use timeline::{Lane, TextStyle, Timeline, beside};
///
/// let yours = Timeline::new("").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 1.0, 1.8));
/// let expected = Timeline::new("").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 0.0, 0.8));
///
/// let drawing = beside(&yours, &expected, &TextStyle { width: 50, ascii: true });
/// assert_eq!(drawing, "\
/// -- yours -----------------------------------------
///       0 s    0.5 s  1.0 s  1.5 s
///       |------+------+------+---|
/// atlas --------------] 1.000 s
/// birch               -----------] 1.800 s != 800 ms
///
/// -- expected --------------------------------------
///       0 s    0.5 s  1.0 s  1.5 s
///       |------+------+------+---|
/// atlas --------------] 1.000 s
/// birch -----------] 800 ms
///
/// - waiting   ] finished   != not as expected
/// ");
/// ```
pub fn beside(yours: &Timeline, expected: &Timeline, style: &TextStyle) -> String {
    let glyphs = Glyphs::of(style);
    let (different, missing) = Differences::between(yours, expected);
    let left = Panel::new(yours, different, glyphs);
    let right = Panel::new(expected, missing, glyphs);

    let headings = ["yours", "expected"];
    two_panels([&left, &right], |place, panel, frame| panel.headed(headings[place], frame), style)
}

/// Draws two runs on one time scale, each below its title: serial beside concurrent, for example. Side by side from 100
/// columns up, one below the other in less.
///
/// Neither run is the right one, so nothing is marked as different. All else is as in [`Timeline::text`].
///
/// ```
/// use timeline::{Lane, TextStyle, Timeline, text_beside};
///
/// let serial = Timeline::new("one after another")
///     .lane(Lane::call("atlas", 0.0, 1.0))
///     .lane(Lane::call("birch", 1.0, 1.8));
/// let joined = Timeline::new("joined").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 0.0, 0.8));
///
/// let drawing = text_beside(&serial, &joined, &TextStyle { width: 44, ascii: true });
/// assert_eq!(drawing, "\
/// one after another
///       0 s     0.5 s   1.0 s   1.5 s
///       |-------+-------+-------+---|
/// atlas ----------------] 1.000 s
/// birch                 ------------] 1.800 s
///
/// joined
///       0 s     0.5 s   1.0 s   1.5 s
///       |-------+-------+-------+---|
/// atlas ----------------] 1.000 s
/// birch ------------] 800 ms
///
/// - waiting   ] finished
/// ");
/// ```
pub fn text_beside(first: &Timeline, second: &Timeline, style: &TextStyle) -> String {
    let panels = [first, second].map(|run| Panel::new(run, Differences::default(), Glyphs::of(style)));
    two_panels(panels.each_ref(), |_, panel, frame| panel.titled(frame), style)
}

/// Two panels in one frame, and one legend for both. `heading` makes the lines above a panel from its place, 0 or 1.
fn two_panels(
    panels: [&Panel<'_>; 2],
    heading: impl Fn(usize, &Panel<'_>, &Frame) -> Vec<String>,
    style: &TextStyle,
) -> String {
    let is_wide = style.columns() >= SIDE_BY_SIDE;
    let width = if is_wide { (style.columns() - GUTTER) / 2 } else { style.columns() };
    let frame = Frame::fit(&panels, width);
    let mut used = Used::default();
    let mut drawn = |place: usize| {
        let panel = panels[place];
        [heading(place, panel, &frame), panel.lines(&frame, &mut used)].concat()
    };
    let (left, right) = (drawn(0), drawn(1));

    let mut lines =
        if is_wide { side_by_side(left, right, width) } else { [left, vec![String::new()], right].concat() };
    lines.extend(used.legend(panels[0].glyphs, style.columns()));
    joined(lines)
}

/// The blanks between two timelines that stand side by side.
const GUTTER: usize = 4;

fn side_by_side(left: Vec<String>, right: Vec<String>, width: usize) -> Vec<String> {
    let rows = left.len().max(right.len());
    let line = |lines: &[String], row: usize| lines.get(row).cloned().unwrap_or_default();
    (0..rows).map(|row| pad(&line(&left, row), width + GUTTER) + &line(&right, row)).collect()
}

fn joined(lines: Vec<String>) -> String {
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}
