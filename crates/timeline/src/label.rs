//! Names that fit, and that cannot harm the terminal or the page they are shown on.

use unicode_width::UnicodeWidthStr;

/// How many columns `text` takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// `text` without anything that moves the cursor, changes colours or the direction of writing.
///
/// What is taken out is shown as a sign, never left out: a name that looks different from what it is would mislead.
pub(crate) fn clean(text: &str, ascii: bool) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            _ if ascii && !(' '..='~').contains(&character) => '?',
            '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).expect("each control character has a picture"),
            '\u{7f}' => '\u{2421}',
            _ if is_hidden(character) => char::REPLACEMENT_CHARACTER,
            _ => character,
        })
        .collect()
}

/// Control characters, marks that turn the direction of writing, and characters that nobody can see. The two joiners
/// stay, because emoji and several scripts are written with them.
fn is_hidden(character: char) -> bool {
    let joiner = matches!(character, '\u{200c}' | '\u{200d}');
    let hidden = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
    );
    character.is_control() || (hidden && !joiner)
}

/// `text` in no more than `width` columns. What is cut out is the middle: numbered names differ at their end.
pub(crate) fn shorten(text: &str, width: usize, ascii: bool) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let ellipsis = if ascii { ".." } else { "…" };
    let Some(room) = width.checked_sub(columns(ellipsis)) else {
        return ".".repeat(width);
    };
    let tail = longest(text.char_indices().rev().map(|(start, _)| &text[start..]), room / 3);
    let tail = tail.trim_start_matches(|character: char| columns(character.encode_utf8(&mut [0; 4])) == 0);
    let heads = text.char_indices().skip(1).map(|(end, _)| &text[..end]);
    let head = longest(heads, room - columns(tail));
    let shortened = format!("{head}{ellipsis}{tail}");
    // The width of a text is not always the sum of the widths of its parts: signs join across the seam.
    if columns(&shortened) <= width { shortened } else { ".".repeat(width) }
}

/// The longest of ever longer pieces that takes no more than `width` columns.
fn longest<'a>(pieces: impl Iterator<Item = &'a str>, width: usize) -> &'a str {
    pieces.take_while(|piece| columns(piece) <= width).last().unwrap_or_default()
}

/// `text` and as many blanks as make it `width` columns wide.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{:blanks$}", "", blanks = width.saturating_sub(columns(text)))
}
