//! Text and the width it takes on a screen. Escape sequences for colour take none.

use unicode_width::UnicodeWidthChar as _;

/// How many columns a line takes.
pub fn width(line: &str) -> usize {
    pieces(line).map(|piece| if let Piece::Char(c) = piece { c.width().unwrap_or(0) } else { 0 }).sum()
}

/// Without colour.
pub fn without_escapes(text: &str) -> String {
    pieces(text).filter_map(|piece| if let Piece::Char(c) = piece { Some(c) } else { None }).collect()
}

/// What a program printed, made harmless for a screen that the runner draws: tabs become spaces, everything else that
/// moves the cursor goes.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in without_escapes(text).chars() {
        match c {
            '\t' => printable.push_str("    "),
            '\n' => printable.push('\n'),
            c if c.is_control() => {}
            c => printable.push(c),
        }
    }
    printable
}

/// Breaks a line hard at `room` columns: for code and drawings, where a space means something.
pub fn fold(line: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = vec![String::new()];
    let mut column = 0;
    for piece in pieces(line) {
        match piece {
            Piece::Escape(escape) => lines.last_mut().expect("never empty").push_str(escape),
            Piece::Char(c) => {
                let width = c.width().unwrap_or(0);
                if column + width > room {
                    lines.push(String::new());
                    column = 0;
                }
                column += width;
                lines.last_mut().expect("never empty").push(c);
            }
        }
    }
    lines
}

/// The first `columns` of a line, with all escape sequences that stand in them, and the rest.
pub fn split_at(line: &str, columns: usize) -> (&str, &str) {
    let mut column = 0;
    let mut end = 0;
    for piece in pieces(line) {
        let (length, width) = match piece {
            Piece::Escape(escape) => (escape.len(), 0),
            Piece::Char(c) => (c.len_utf8(), c.width().unwrap_or(0)),
        };
        if column + width > columns {
            break;
        }
        (column, end) = (column + width, end + length);
    }
    line.split_at(end)
}

/// The escape sequences of a text alone.
pub fn escapes(text: &str) -> String {
    pieces(text).filter_map(|piece| if let Piece::Escape(escape) = piece { Some(escape) } else { None }).collect()
}

/// Breaks a line between words. The parts keep the line's indentation; a word longer than a line is broken hard.
pub fn wrap(line: &str, room: usize) -> Vec<String> {
    if width(line) <= room {
        return vec![line.to_owned()];
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let indent = if width(indent) < room / 2 { indent } else { "" };
    let mut lines: Vec<String> = Vec::new();
    let mut current = indent.to_owned();
    for word in line.split_whitespace() {
        let is_first = current.len() == indent.len();
        if !is_first && width(&current) + 1 + width(word) > room {
            lines.push(std::mem::replace(&mut current, indent.to_owned()));
        } else if !is_first {
            current.push(' ');
        }
        current.push_str(word);
        if width(&current) > room {
            let mut parts = fold(&current, room);
            current = parts.pop().unwrap_or_default();
            lines.extend(parts);
        }
    }
    lines.push(current);
    lines
}

/// Wraps every line of a text.
pub fn paragraphs(text: &str, room: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap(line, room)).collect()
}

/// Cuts a line to `room` columns, and shows that something is missing.
pub fn cut(line: &str, room: usize, ellipsis: &str) -> String {
    if width(line) <= room {
        return line.to_owned();
    }
    let kept = fold(line, room.saturating_sub(width(ellipsis))).swap_remove(0);
    format!("{kept}{ellipsis}")
}

/// The word that was probably meant: at most every third character of it is another one.
pub fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |word: &&str| strsim::osa_distance(typed, word);
    let near = words.into_iter().min_by_key(distance)?;
    (distance(&near) <= (typed.chars().count() / 3).max(2)).then_some(near)
}

/// Whether two words differ by one slip of a finger.
pub fn differ_by_a_slip(one: &str, other: &str) -> bool {
    strsim::osa_distance(one, other) == 1
}

enum Piece<'a> {
    Char(char),
    Escape(&'a str),
}

/// Splits a text into characters and escape sequences.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = if first == '\u{1b}' { escape_length(rest) } else { first.len_utf8() };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(if first == '\u{1b}' { Piece::Escape(piece) } else { Piece::Char(first) })
    })
}

/// The length of the escape sequence that `text` starts with: CSI (`ESC [ … letter`), OSC (`ESC ] … BEL or ESC \`), or
/// two characters.
fn escape_length(text: &str) -> usize {
    let after = &text[1..];
    if let Some(body) = after.strip_prefix('[') {
        return body.find(|c: char| ('@'..='~').contains(&c)).map_or(text.len(), |at| at + 3);
    }
    if let Some(body) = after.strip_prefix(']') {
        let bell = body.find('\u{7}').map(|at| at + 3);
        let terminator = body.find("\u{1b}\\").map(|at| at + 4);
        return bell.into_iter().chain(terminator).min().unwrap_or(text.len());
    }
    1 + after.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_counts_columns_not_bytes() {
        assert_eq!(width("✓ añ"), 4);
        assert_eq!(width("令牌"), 4);
        assert_eq!(width("\u{1b}[1;31mred\u{1b}[0m"), 3);
    }

    #[test]
    fn wraps_between_words_and_keeps_the_indentation() {
        assert_eq!(wrap("  one two three", 9), ["  one two", "  three"]);
        assert_eq!(wrap("abcdefghij klm", 4), ["abcd", "efgh", "ij", "klm"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn folds_hard_and_counts_no_colour() {
        assert_eq!(fold("\u{1b}[31mabcdef\u{1b}[0m", 4), ["\u{1b}[31mabcd", "ef\u{1b}[0m"]);
        assert_eq!(fold("令牌", 3), ["令", "牌"]);
    }

    #[test]
    fn what_moves_the_cursor_is_taken_out() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\tc\u{7}\u{1b}]0;title\u{7}d"), "ab\n    cd");
        assert_eq!(printable("cut short \u{1b}["), "cut short ");
    }

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let words = ["fan_out", "gather"];
        assert_eq!(nearest("fan_uot", words), Some("fan_out"));
        assert_eq!(nearest("gahter", words), Some("gather"));
        assert_eq!(nearest("hedge", words), None);
    }
}
