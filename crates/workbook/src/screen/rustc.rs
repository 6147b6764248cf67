//! Fits what rustc drew into a narrower screen.
//!
//! rustc draws for the width that it sees, and cargo gives it none. A line of code that is too long is broken, and what stands
//! under it (carets, labels) is broken at the same column, so that each caret still stands under its word. Sentences are
//! broken between words.

use crate::text;

/// The lines of a diagnostic, each at most `room` columns wide.
pub fn fit(rendered: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut drawn: Vec<(&str, &str)> = Vec::new();
    for line in rendered.trim_end().lines() {
        let row = split(line);
        let begins_anew = row.is_none_or(|(gutter, _)| is_numbered(gutter));
        if begins_anew {
            lines.extend(fit_rows(&std::mem::take(&mut drawn), room));
        }
        match row {
            Some(row) => drawn.push(row),
            None => lines.extend(fit_sentence(line, room)),
        }
    }
    lines.extend(fit_rows(&drawn, room));
    lines
}

/// `12 |     let a = 1;` as its gutter, up to and with the bar, and the rest. `None` for any other line.
fn split(line: &str) -> Option<(&str, &str)> {
    let bar = line.find(['|', '│'])?;
    let end = bar + line[bar..].chars().next().map_or(0, char::len_utf8);
    let gutter = text::without_escapes(&line[..bar]);
    let is_gutter = gutter.chars().all(|c| c.is_ascii_digit() || c == ' ');
    is_gutter.then(|| line.split_at(end))
}

fn is_numbered(gutter: &str) -> bool {
    text::without_escapes(gutter).contains(|c: char| c.is_ascii_digit())
}

/// A line of code and what stands under it, broken together.
fn fit_rows(rows: &[(&str, &str)], room: usize) -> Vec<String> {
    let fits = |(gutter, rest): &(&str, &str)| text::width(gutter) + text::width(rest) <= room;
    if rows.iter().all(fits) {
        return rows.iter().map(|(gutter, rest)| format!("{gutter}{rest}")).collect();
    }
    // A row without words ends the drawing.
    let is_blank = |(_, rest): &(&str, &str)| text::without_escapes(rest).trim().is_empty();
    let end = rows.iter().rposition(|row| !is_blank(row)).map_or(0, |last| last + 1);
    let (rows, blank) = rows.split_at(end);
    let width = rows.iter().map(|(gutter, _)| text::width(gutter)).max().unwrap_or_default();
    if let Some(mut lines) = fit_labels(rows, width, room) {
        lines.extend(blank.iter().map(|(gutter, _)| (*gutter).to_owned()));
        return lines;
    }
    let parts: Vec<Vec<String>> =
        rows.iter().map(|(_, rest)| text::fold(rest, room.saturating_sub(width).max(10))).collect();
    let most = parts.iter().map(Vec::len).max().unwrap_or_default();
    let mut lines = Vec::new();
    for part in 0..most {
        for ((gutter, _), parts) in rows.iter().zip(&parts) {
            let Some(words) = parts.get(part) else { continue };
            if part == 0 {
                lines.push(format!("{gutter}{words}"));
            } else if !text::without_escapes(words).trim().is_empty() {
                lines.push(format!("{}|{words}", " ".repeat(width.saturating_sub(1))));
            }
        }
    }
    lines.extend(blank.iter().map(|(gutter, _)| (*gutter).to_owned()));
    lines
}

/// Where only the words of labels are too long, they go on below, between words: the drawing stays as it is.
fn fit_labels(rows: &[(&str, &str)], width: usize, room: usize) -> Option<Vec<String>> {
    /// Less than this is no room for words.
    const LEAST: usize = 16;
    let mut lines = Vec::new();
    for (gutter, rest) in rows {
        if width + text::width(rest) <= room {
            lines.push(format!("{gutter}{rest}"));
            continue;
        }
        // The words follow the marks: `   ^^^^ expected `Reply`, found future`. Code has a number.
        if is_numbered(gutter) {
            return None;
        }
        let plain = text::without_escapes(rest);
        let marks = plain.find(|c| !" ^-~_".contains(c)).filter(|marks| plain[..*marks].contains(['^', '-', '~']))?;
        let space = room.checked_sub(width + marks).filter(|space| *space >= LEAST)?;
        let (before, words) = text::split_at(rest, marks);
        let colour = text::escapes(before);
        let end = if colour.is_empty() { "" } else { "\u{1b}[0m" };
        let below = format!("{}|{}{colour}", " ".repeat(width.saturating_sub(1)), " ".repeat(marks));
        for (number, words) in text::wrap(words, space).into_iter().enumerate() {
            let start = if number == 0 { format!("{gutter}{before}") } else { below.clone() };
            lines.push(format!("{start}{words}{end}"));
        }
    }
    Some(lines)
}

/// Words after a sign (`   = note: …`) stay to the right of it.
fn fit_sentence(line: &str, room: usize) -> Vec<String> {
    if text::width(line) <= room {
        return vec![line.to_owned()];
    }
    let plain = text::without_escapes(line);
    let indent = plain.len() - plain.trim_start_matches([' ', '=', ':', '.']).len();
    let indent = if indent < room / 2 { indent } else { 0 };
    let mut wrapped = text::wrap(line.trim_start(), room.saturating_sub(indent)).into_iter();
    let before = &line[..line.len() - line.trim_start().len()];
    let first = wrapped.next().map(|first| format!("{before}{first}"));
    first.into_iter().chain(wrapped.map(|line| format!("{}{line}", " ".repeat(indent)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWN: &str = "\
error[E0308]: mismatched types, and a sentence about it that is long
 --> a.rs:12:37
   |
12 |     let name_of_the_model: String = \"atlas\";
   |                            ------   ^^^^^^^ expected `String`
   |
   = note: expected struct `String` and found something else";

    #[test]
    fn what_fits_stays_as_it_is() {
        assert_eq!(fit(DRAWN, 80), DRAWN.lines().collect::<Vec<_>>());
    }

    #[test]
    fn words_of_a_label_go_on_below() {
        let drawn = "\
12 |     ask(llm)
   |     \u{1b}[31m^^^^^^^^ expected `Reply`, found future\u{1b}[0m
   |     |
   |     a call";
        assert_eq!(
            fit(drawn, 40),
            [
                "12 |     ask(llm)",
                "   |     \u{1b}[31m^^^^^^^^ expected `Reply`,\u{1b}[0m",
                "   |              \u{1b}[31mfound future\u{1b}[0m\u{1b}[0m",
                "   |     |",
                "   |     a call",
            ]
        );
    }

    #[test]
    fn carets_stay_under_their_words() {
        let lines = fit(DRAWN, 34);
        assert!(lines.iter().all(|line| text::width(line) <= 34), "{lines:#?}");
        assert_eq!(
            lines,
            [
                "error[E0308]: mismatched types,",
                "and a sentence about it that is",
                "long",
                " --> a.rs:12:37",
                "   |",
                "12 |     let name_of_the_model: St",
                "   |                            --",
                "   |ring = \"atlas\";",
                "   |----   ^^^^^^^ expected `Strin",
                "   |g`",
                "   |",
                "   = note: expected struct",
                "     `String` and found something",
                "     else",
            ]
        );
    }
}
