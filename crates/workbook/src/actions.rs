//! What a command and a key of watch both do: remember a verdict, show the next hint, read a solution, reset, draw.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use timeline::{TextStyle, beside};

use crate::{
    catalogue::{
        chapter,
        hints::{Hint, Hints},
        register::Exercise,
        workspace::Workspace,
    },
    context::Context,
    files,
    judge::{
        attempt,
        report::{Outcome, Report},
    },
    memory::{
        kept_runs::KeptRun,
        progress::{self, Entry, Store},
        ticks,
    },
    screen::{
        render,
        style::{Ink, Style},
    },
    text,
};

/// Writes down what a report means for the progress. Returns a warning where it cannot.
pub fn remember(context: &Context, report: &Report, exercise: &Exercise) -> Option<String> {
    let run = KeptRun::of(report).save(&context.workspace, exercise).err();
    let updated = progress_of(&context.store, report);
    if report.passed() {
        tell_the_book(context);
    }
    updated.err().or_else(|| run.map(|error| format!("the run cannot be kept under .workbook/runs/: {error}")))
}

/// Brings the ticks of the built book up to date. The book is an extra: where this cannot be done, all else goes on.
pub fn tell_the_book(context: &Context) {
    let solution = |exercise: &Exercise| read_solution(&context.workspace, exercise).ok();
    let _ = ticks::write(&context.workspace, &context.register, &context.store.read().0, solution);
}

fn progress_of(store: &Store, report: &Report) -> Result<(), String> {
    let failed = report.failed().filter(|_| report.outcome != Outcome::NotStarted);
    store.update(&report.exercise, |entry| {
        entry.passed |= report.passed();
        if report.outcome != Outcome::DoesNotCompile {
            entry.failed = failed.map(|failed| failed.check.name.clone());
        }
    })
}

/// The next hint, drawn, and remembers that it was shown. The second value is a warning, where that cannot be written.
pub fn next_hint(context: &Context, exercise: &Exercise) -> (Option<Vec<String>>, Option<String>) {
    let hints = Hints::parse(&fs::read_to_string(exercise.hints_file()).unwrap_or_default());
    let entry = context.store.read().0.entry(&exercise.id());
    let Some(hint) = hints.next(entry.failed.as_deref(), entry.hinted_for.as_deref(), entry.hints) else {
        return (None, None);
    };
    let updated = context.store.update(&exercise.id(), |entry| match &hint {
        Hint::ForCheck { check, .. } => entry.hinted_for = Some((*check).to_owned()),
        Hint::Numbered { number, .. } => entry.hints = entry.hints.max(*number),
    });
    (Some(drawn_hint(&hint, exercise, &context.style)), updated.err())
}

fn drawn_hint(hint: &Hint<'_>, exercise: &Exercise, style: &Style) -> Vec<String> {
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

/// Whether a hint is left that was not shown yet.
pub fn has_more_hints(context: &Context, exercise: &Exercise) -> bool {
    let hints = Hints::parse(&fs::read_to_string(exercise.hints_file()).unwrap_or_default());
    let entry = context.store.read().0.entry(&exercise.id());
    match hints.next(entry.failed.as_deref(), entry.hinted_for.as_deref(), entry.hints) {
        Some(Hint::ForCheck { .. }) => true,
        Some(Hint::Numbered { number, .. }) => number > entry.hints,
        None => false,
    }
}

/// Where the book tells of an exercise: the page of its lesson, and the section that its task names after the chapter, as in
/// `book, chapter 3, Core ideas`.
pub fn book_page(workspace: &Workspace, exercise: &Exercise) -> (PathBuf, Option<String>) {
    let page = workspace.root.join("book").join("book").join(format!("{}.html", exercise.lesson));
    (page, chapter::section(exercise).map(|section| chapter::anchor(&section)))
}

/// The solution as a person reads it: without the lines that connect it to the checks.
pub fn read_solution(workspace: &Workspace, exercise: &Exercise) -> anyhow::Result<String> {
    let path = exercise.solution_file();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", workspace.shown(&path)))?;
    Ok(attempt::without_checks(&text).trim_end().to_owned())
}

/// What a reset did.
#[derive(Debug)]
pub struct Reset {
    /// Where the learner's version is now. `None`, if it was the starter, or there was no file.
    pub kept: Option<String>,
    /// The progress could not be written.
    pub warning: Option<String>,
}

/// Puts the starter back, after the learner's version was kept aside. If that fails, nothing is changed.
pub fn reset(context: &Context, exercise: &Exercise) -> anyhow::Result<Reset> {
    let workspace = &context.workspace;
    let starter = fs::read(exercise.starter_file())
        .with_context(|| format!("cannot read the starter {}", workspace.shown(&exercise.starter_file())))?;
    let path = exercise.file();
    let read = || files::read_if_there(&path).with_context(|| format!("cannot read {}", workspace.shown(&path)));
    let kept = keep_until_still(&starter, read, |yours| keep(context, exercise, yours))?;
    files::replace(&path, &starter).with_context(|| format!("cannot write {}", workspace.shown(&path)))?;
    let warning = context.store.update(&exercise.id(), Entry::forget).err();
    tell_the_book(context);
    Ok(Reset { kept: kept.map(|path| workspace.shown(&path)), warning })
}

/// Keeps what is read and is not the starter, and what has been saved while it was kept, until two reads agree. Returns where
/// the last of it is.
fn keep_until_still(
    starter: &[u8],
    read: impl Fn() -> anyhow::Result<Option<Vec<u8>>>,
    keep: impl Fn(&[u8]) -> anyhow::Result<PathBuf>,
) -> anyhow::Result<Option<PathBuf>> {
    let mut kept: Option<(Vec<u8>, PathBuf)> = None;
    while let Some(yours) = read()?.filter(|yours| yours != starter) {
        if kept.as_ref().is_some_and(|(before, _)| *before == yours) {
            break;
        }
        let path = keep(&yours)?;
        kept = Some((yours, path));
    }
    Ok(kept.map(|(_, path)| path))
}

fn keep(context: &Context, exercise: &Exercise, yours: &[u8]) -> anyhow::Result<PathBuf> {
    let folder = progress::kept_folder(&context.workspace, &exercise.lesson);
    files::keep_aside(yours, &folder, &exercise.name, "rs").with_context(|| {
        format!(
            "your version of {} cannot be kept aside in {}, so it was not reset",
            exercise.id(),
            context.workspace.shown(&folder)
        )
    })
}

/// Whether the learner's file differs from the starter.
pub fn is_edited(exercise: &Exercise) -> bool {
    match (fs::read(exercise.file()), fs::read(exercise.starter_file())) {
        (Ok(file), Ok(starter)) => file != starter,
        _ => false,
    }
}

/// The last run, beside the one expected where there is one.
pub fn drawing(run: &KeptRun, exercise: &Exercise, style: &Style) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", exercise.id(), run.outcome)];
    if let Some(check) = &run.failed {
        lines[0].push_str(&format!(", in {check}"));
    }
    lines.push(String::new());
    let Some(yours) = &run.yours else {
        lines.push("Nothing to draw: no call was started.".to_owned());
        return lines;
    };
    let text_style = TextStyle { width: style.width, ascii: style.ascii };
    let drawn = match &run.expected {
        Some(expected) => beside(yours, expected, &text_style),
        None => yours.text(&text_style),
    };
    lines.extend(drawn.trim_end().lines().map(str::to_owned));
    lines
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// An editor saves while the version before is written to the disk.
    #[test]
    fn what_is_saved_during_a_reset_is_kept_too() {
        let file = RefCell::new(Some(b"one".to_vec()));
        let kept = RefCell::new(Vec::new());
        let read = || Ok(file.borrow().clone());
        let keep = |yours: &[u8]| {
            if kept.borrow().is_empty() {
                *file.borrow_mut() = Some(b"two".to_vec());
            }
            kept.borrow_mut().push(yours.to_vec());
            Ok(PathBuf::from(format!("kept.{}", kept.borrow().len())))
        };
        let last = keep_until_still(b"starter", read, keep).expect("nothing fails");
        assert_eq!(last, Some(PathBuf::from("kept.2")));
        assert_eq!(kept.take(), [b"one", b"two"]);

        for nothing in [None, Some(b"starter".to_vec())] {
            *file.borrow_mut() = nothing;
            assert_eq!(keep_until_still(b"starter", read, keep).expect("nothing fails"), None);
            assert_eq!(kept.take(), Vec::<Vec<u8>>::new());
        }
    }
}
