//! Measures, and the shape of each kind of mark.

use crate::MarkKind;

/// The width of the picture.
pub(super) const WIDTH: u32 = 480;
/// Where time zero is.
pub(super) const LEFT: f64 = 12.0;
/// From time zero to the extent. To the right of it remains room for the mark at the end of a bar.
pub(super) const PLOT: f64 = 444.0;

/// About how wide so many columns of text are. No font is known here, so this is more than most need.
pub(super) fn text_width(columns: usize) -> f64 {
    7.6 * columns as f64
}

/// A number of units, to a tenth.
pub(super) fn units(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Text as the content of an element or of an attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

/// The shape of a mark around the point 0 0, which lies at half the height of the bar.
///
/// Polls point down onto the bar, for the runtime comes to the future; wakes point up from below it, for they come from
/// what the future waits for. A mark that ends a lane stands behind the bar.
pub(super) fn shape(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Spawned => r#"<circle class="line" r="4.5"/>"#,
        MarkKind::Started => r#"<path d="M0-5.5L7 0L0 5.5z"/>"#,
        MarkKind::FirstToken => r#"<path d="M0-7L6 0L0 7L-6 0z"/>"#,
        MarkKind::Token => r#"<circle r="2.8"/>"#,
        MarkKind::Polled => r#"<path d="M-3.5-14.5L3.5-14.5L0-8.5z"/>"#,
        MarkKind::Woken => r#"<path d="M-3.5 14.5L3.5 14.5L0 8.5z"/>"#,
        MarkKind::Finished => r#"<path class="line" d="M4 0.5L7.5 4.5L14-4.5"/>"#,
        MarkKind::Failed => r#"<path class="line" d="M9-6.5L9 1.5M9 6L9 6.2"/>"#,
        MarkKind::Dropped => r#"<path class="line" d="M4-5L14 5M14-5L4 5"/>"#,
        MarkKind::Stuck => {
            r#"<path class="line" d="M10 0C7.5-5 3-5 3 0C3 5 7.5 5 10 0C12.5-5 17-5 17 0C17 5 12.5 5 10 0z"/>"#
        }
    }
}

/// How far a shape in the legend is moved, so that it stands in the middle of its place.
pub(super) fn centre(kind: MarkKind) -> (f64, f64) {
    match kind {
        MarkKind::Started => (-3.0, 0.0),
        MarkKind::Polled => (0.0, 12.0),
        MarkKind::Woken => (0.0, -12.0),
        _ if kind.is_ending() => (-9.0, 0.0),
        _ => (0.0, 0.0),
    }
}
