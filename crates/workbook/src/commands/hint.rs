//! `cargo workbook hint`

use std::fs;

use super::{Context, warn};
use crate::{
    exit,
    hints::{Hint, Hints},
    register::Exercise,
    render, select,
    style::{Ink, Style},
    text,
};

pub fn hint(context: &Context, id: Option<&str>) -> anyhow::Result<u8> {
    let (progress, warning) = context.store.read();
    warning.iter().for_each(|warning| warn(warning));
    let exercise = match id {
        Some(id) => select::find_exercise(&context.register, id)?,
        None => context.current(&progress)?,
    };
    let (lines, unsaved) = next(context, exercise);
    unsaved.iter().for_each(|warning| warn(warning));
    let Some(lines) = lines else {
        say!("{} has no hints.", exercise.id());
        return Ok(exit::NOT_YET);
    };
    say!("{}\n{}", context.style.paint(Ink::Strong, &exercise.title()), lines.join("\n"));
    Ok(exit::PASSED)
}

/// The next hint, drawn, and remembers that it was shown. The second value is a warning, where that cannot be written.
pub fn next(context: &Context, exercise: &Exercise) -> (Option<Vec<String>>, Option<String>) {
    let hints = Hints::parse(&fs::read_to_string(exercise.hints_file()).unwrap_or_default());
    let entry = context.store.read().0.entry(&exercise.id());
    let Some(hint) = hints.next(entry.failed.as_deref(), entry.told.as_deref(), entry.hints) else {
        return (None, None);
    };
    let updated = context.store.update(&exercise.id(), |entry| match &hint {
        Hint::ForCheck { check, .. } => entry.told = Some((*check).to_owned()),
        Hint::Numbered { number, .. } => entry.hints = entry.hints.max(*number),
    });
    (Some(drawn(&hint, exercise, &context.style)), updated.err())
}

fn drawn(hint: &Hint<'_>, exercise: &Exercise, style: &Style) -> Vec<String> {
    let (title, words, is_last) = match hint {
        Hint::ForCheck { check, text } => (format!("Hint for `{check}`"), text, false),
        Hint::Numbered { number, of, text } => (format!("Hint {number} of {of}"), text, number == of),
    };
    let room = style.width.min(100).saturating_sub(3);
    let mut lines = vec![style.paint(Ink::Note, &title)];
    lines.extend(prose(words, room));
    if is_last {
        lines.push(String::new());
        let words =
            format!("That was the last one. To see the solution: cargo workbook solution {} --spoil", exercise.id());
        lines.extend(text::wrap(&words, room).iter().map(|line| style.paint(Ink::Faint, line)));
    }
    render::indented(lines)
}

/// Paragraphs are filled again for this width; code stays as it is.
fn prose(markdown: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    let flush = |paragraph: &mut String, lines: &mut Vec<String>| {
        if !paragraph.is_empty() {
            lines.extend(text::wrap(&std::mem::take(paragraph), room));
        }
    };
    for line in markdown.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let starts_anew = line.trim().is_empty() || line.trim_start().starts_with(['-', '*', '|', '>']);
        if is_fence {
            flush(&mut paragraph, &mut lines);
            in_code = !in_code;
        } else if in_code {
            lines.extend(text::fold(&format!("    {line}"), room));
        } else {
            if starts_anew {
                flush(&mut paragraph, &mut lines);
            }
            if line.trim().is_empty() {
                lines.push(String::new());
            } else {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(if paragraph.is_empty() { line.trim_end() } else { line.trim() });
            }
        }
    }
    flush(&mut paragraph, &mut lines);
    lines
}
