//! A short text that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How long a text may become, in bytes.
const LONGEST: usize = 64 * 1024;

/// A text that matches, with at least so many characters where repetitions allow it. `None` where the expression is not one of
/// `regex-syntax`, which knows neither look-around nor back references, or where the text would be very long.
pub(super) fn example(pattern: &str, least: usize) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let shortest = made(&hir, 0)?;
    if shortest.chars().count() >= least {
        return Some(shortest);
    }
    // All repetitions grow alike, until the text is long enough: twice as much each time, then back by halves.
    let long_enough = |more: u32| made(&hir, more).is_none_or(|text| text.chars().count() >= least);
    let mut enough = 1;
    while (enough as usize) < LONGEST && !long_enough(enough) {
        enough *= 2;
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if long_enough(middle) { enough = middle } else { too_few = middle }
    }
    made(&hir, enough)
}

/// A text in which each repetition has so many turns more than it needs, where it may. `None` where it would be too long.
fn made(hir: &Hir, more: u32) -> Option<String> {
    let text = match hir.kind() {
        // What looks at a place takes no character. Whether it holds is judged with the rest.
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).into_owned(),
        HirKind::Class(class) => letter(class).map(String::from).unwrap_or_default(),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let turns = repetition.min.saturating_add(more).min(most) as usize;
            // A repetition inside of a repetition does not grow, or the text would grow by powers.
            let one = made(&repetition.sub, 0)?;
            if one.len().saturating_mul(turns) > LONGEST {
                return None;
            }
            one.repeat(turns)
        }
        HirKind::Capture(capture) => made(&capture.sub, more)?,
        HirKind::Concat(parts) => {
            let mut text = String::new();
            for part in parts {
                text.push_str(&made(part, more)?);
                if text.len() > LONGEST {
                    return None;
                }
            }
            text
        }
        HirKind::Alternation(parts) => parts.first().map_or(Some(String::new()), |part| made(part, more))?,
    };
    Some(text)
}

/// A letter or a digit where the class has one.
fn letter(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |letter: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&letter));
    ['a', 'A', '1', 'x', 'X', '0'].into_iter().find(has).or_else(|| {
        let visible = ranges.iter().flat_map(|&(start, end)| start..=end).take(256).find(char::is_ascii_graphic);
        visible.or(ranges.first().map(|(start, _)| *start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_through_and_a_longer_one() {
        let table = [
            ("^[A-Z]{3}-\\d{4}$", 0, "AAA-1111"),
            ("colou?r|gray", 0, "color"),
            ("^a+$", 5, "aaaaa"),
            ("^(ab)*c$", 4, "ababc"),
            ("^[^a-z0-9A-Z]$", 0, "!"),
            ("\\.", 0, "."),
        ];
        for (pattern, least, expected) in table {
            assert_eq!(example(pattern, least).as_deref(), Some(expected), "{pattern}");
        }
        assert_eq!(example("(?=a)b", 0), None, "look-around");
        assert_eq!(example("(", 0), None);
    }
}
