//! Draws timelines as pictures for a page.

mod chart;
mod lane;
mod legend;
mod page;
mod panel;
mod shapes;

use crate::{Code, Timeline, code, reach::Reach};
use page::Page;
use panel::Panel;
pub(crate) use shapes::escaped;

impl Timeline {
    /// Draws the timeline as a self-contained SVG.
    ///
    /// The picture is 480 units wide, as high as it needs to be, and scales to the width it is given, up to 600 pixels.
    /// It uses the reader's system font, no script and nothing from outside. What is inlined into a page takes the colour of
    /// the page's text, and its other colours show on light and on dark; mdBook's dark themes get lighter ones. A picture
    /// that stands alone follows the reader's preference. No colour stands alone: each kind of span has its own pattern,
    /// each kind of mark its own shape, and a legend names those that are used. `<title>` and `<desc>` say the same in
    /// words; see [`words`](Self::words). The text has no empty line, so Markdown takes it as one block.
    ///
    /// Identifiers are made from the content: different timelines can be inlined into one page. The same timeline inlined
    /// twice gives the same identifiers twice.
    ///
    /// Of more than 48 lanes the first 48 are drawn and the rest counted. Marks of one kind that fall on one spot are
    /// drawn once.
    ///
    /// A program that steps through the picture finds in it:
    ///
    /// | element | attributes |
    /// |---|---|
    /// | the `svg` | `data-extent-ns`; `data-plot-x`, `data-plot-width`: where time zero is, and how far it is to the extent, the end of the axis |
    /// | each `g.run` | `data-run` (0, 1), `data-end-ns` if known |
    /// | each `g.lane` | `data-lane` (name), `data-lane-index` |
    /// | each `.span` | `data-lane`, `data-kind`, `data-from-ns`, `data-to-ns` |
    /// | each `.mark` | `data-lane`, `data-kind`, `data-at-ns`, `data-count` |
    /// | each `g.gauge` | `data-gauge` (name), `data-gauge-index`; `data-plot-y`, `data-plot-height`: where its levels are |
    /// | each `.level` | `data-depth`, `data-from-ns`, `data-to-ns` |
    /// | each `.ending` (the words at the right) | `data-lane`, `data-at-ns` |
    /// | the `svg`, where there is [code](crate::Code) | `data-code`: for each part `FILE:LINE,LINE,…`, with a blank between parts |
    /// | in a `g.lane`, each `g.at` | `data-at-ns`, `data-lines`: a [step](crate::Step), its lines as `PART:PLACE`, both from 0 |
    ///
    /// Kinds are written as in [JSON](Self::to_json); instants are whole nanoseconds.
    ///
    /// ```
    /// use timeline::{Lane, Timeline};
    ///
    /// let picture = Timeline::new("one call").lane(Lane::call("atlas", 0.0, 0.5)).svg();
    /// assert!(picture.starts_with("<svg "));
    /// assert!(picture.contains("atlas: waiting from 0 s to 500 ms, finished at 500 ms."));
    /// ```
    pub fn svg(&self) -> String {
        draw(&[self], code::of_all(&[self]), Reach::of(&[self]))
    }
}

/// Draws two runs above one another on one time scale, each below its title: serial above concurrent, for example.
///
/// All else is as in [`Timeline::svg`].
///
/// ```
/// use timeline::{Lane, Timeline, svg_beside};
///
/// let serial = Timeline::new("one after another")
///     .lane(Lane::call("atlas", 0.0, 1.0))
///     .lane(Lane::call("birch", 1.0, 1.8));
/// let joined = Timeline::new("joined").lane(Lane::call("atlas", 0.0, 1.0)).lane(Lane::call("birch", 0.0, 0.8));
///
/// let picture = svg_beside(&serial, &joined);
/// assert!(picture.contains("one after another, compared with: joined"));
/// ```
pub fn svg_beside(first: &Timeline, second: &Timeline) -> String {
    let runs = [first, second];
    draw(&runs, code::of_all(&runs), Reach::of(&runs))
}

/// One run, or two above one another, beside this code, on an axis of this reach.
pub(crate) fn draw(runs: &[&Timeline], code: Vec<Code>, reach: Reach) -> String {
    let (title, words, content) = match runs {
        [run] => {
            let title = if run.title.trim().is_empty() { "Timeline" } else { &run.title };
            (title.to_owned(), run.words(), run.to_json())
        }
        _ => {
            let titles: Vec<&str> = runs.iter().map(|run| run.title.as_str()).collect();
            let words: Vec<String> = runs.iter().map(|run| format!("{}: {}", run.title, run.words())).collect();
            let content: Vec<String> = runs.iter().map(|run| run.to_json()).collect();
            (titles.join(", compared with: "), words.join(" "), content.join("\n"))
        }
    };
    let mut page = Page::new(&title, &words, &content, reach, code);
    for (number, run) in runs.iter().enumerate() {
        page.add(&Panel::new(run, number));
    }
    page.finish()
}
