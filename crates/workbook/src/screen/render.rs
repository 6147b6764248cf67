//! Draws a report, as lines that fit the width.

use crate::{
    catalogue::register::{Exercise, Lesson, Register},
    judge::{
        diagnostics::Diagnostic,
        report::{CheckReport, Outcome, Report, State, Verdict},
    },
    memory::progress::{Progress, count},
    screen::{
        rustc,
        style::{Ink, Style},
    },
    text,
};

/// How many of the learner's own lines are shown.
pub const PRINTED: usize = 40;
/// How many warnings of the compiler are shown.
const WARNINGS: usize = 3;
/// Two drawings stand side by side in it.
const WIDEST: usize = 123;
/// Text wider than this is hard to read.
const READABLE: usize = 100;

/// How wide the harness writes its messages: they are shown two columns from the left.
pub fn message_width(style: &Style) -> usize {
    style.width.min(WIDEST).saturating_sub(3).max(20)
}

/// The title of an exercise, its file, and how long it takes.
pub fn heading(exercise: &Exercise, file: &str, style: &Style) -> Vec<String> {
    let header = exercise.header();
    let minutes = header.minutes.map(|minutes| format!("  {} {minutes} min", style.dot())).unwrap_or_default();
    let title = style.paint(Ink::Strong, &exercise.title());
    let mut lines = vec![format!("{title}{}", style.paint(Ink::Faint, &minutes))];
    lines.extend(text::fold(&style.paint(Ink::Note, file), style.width));
    lines
}

/// The task, as the starter's header tells it.
pub fn task(exercise: &Exercise, style: &Style) -> Vec<String> {
    let room = style.width.min(READABLE).saturating_sub(2);
    // The lines of the header are broken where the source is, which is not where this screen ends.
    let paragraphs = exercise.header().task.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    indented(text::paragraphs(&paragraphs, room))
}

/// All there is to say about one exercise, below its heading.
pub fn report(report: &Report, exercise: &Exercise, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if report.outcome == Outcome::NotStarted {
        lines.extend(task(exercise, style));
        lines.push(String::new());
        lines.extend(verdict_line(report, exercise, style));
        lines.extend(message(report, style));
        return lines;
    }
    if report.outcome == Outcome::DoesNotCompile {
        lines.extend(verdict_line(report, exercise, style));
        lines.push(String::new());
        lines.extend(compile_errors(report, exercise, style));
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        return lines;
    }
    lines.extend(checks(report, style));
    lines.push(String::new());
    lines.extend(verdict_line(report, exercise, style));
    lines.extend(message(report, style));
    lines.extend(printed(report.output(), style));
    lines.extend(warnings(report, style));
    lines
}

/// Every check with its mark: a line for each that passed, and all the words of each that did not.
pub fn checks(report: &Report, style: &Style) -> Vec<String> {
    let lines = report.checks.iter().flat_map(|check| {
        let mark = mark(check, style);
        match check.state {
            State::Passed => one_line(&mark, &check_label(check), style),
            _ => marked(&mark, &check_label(check), style),
        }
    });
    lines.collect()
}

/// Every check with its mark and all its words.
pub fn whole_checks(checks: &[CheckReport], style: &Style) -> Vec<String> {
    checks.iter().flat_map(|check| marked(&mark(check, style), &check_label(check), style)).collect()
}

/// How a check ended.
pub fn mark(check: &CheckReport, style: &Style) -> String {
    match check.state {
        State::Passed => style.tick(),
        State::Failed(_) => style.cross(),
        State::NotJudged { .. } => style.circle(),
        State::NotRun => style.dash(),
    }
}

/// A mark, then as many of the words as fit.
pub fn one_line(mark: &str, words: &str, style: &Style) -> Vec<String> {
    vec![text::cut(&format!("  {mark} {words}"), style.width.min(READABLE).saturating_sub(1), style.ellipsis())]
}

/// What a check is about, in the words of its documentation; and why it was not judged, where it was not.
pub fn check_label(check: &CheckReport) -> String {
    let label = check.check.about.clone().unwrap_or_else(|| check.check.name.replace('_', " "));
    match check.not_judged() {
        Some(why) => format!("{label} Not judged: {why}"),
        None => label,
    }
}

/// A mark, then words that stay to its right when they need more than one line.
pub fn marked(mark: &str, words: &str, style: &Style) -> Vec<String> {
    let room = style.width.min(READABLE).saturating_sub(5);
    let mut lines = text::wrap(words, room).into_iter();
    let first = lines.next().map(|line| format!("  {mark} {line}"));
    first.into_iter().chain(lines.map(|line| format!("    {line}"))).collect()
}

/// The outcome, where it happened, and which check says so.
fn verdict_line(report: &Report, exercise: &Exercise, style: &Style) -> Vec<String> {
    let mut lines = outcome_line(report, style);
    if report.outcome != Outcome::NotStarted
        && let Some(failed) = report.failed()
    {
        let words = format!(
            "check {} in exercises/{}/checks/{}.rs:{}",
            failed.check.name, exercise.lesson, exercise.name, failed.check.line
        );
        let wrapped = text::wrap(&words, style.width.saturating_sub(3));
        lines.extend(indented(wrapped.iter().map(|line| style.paint(Ink::Faint, line)).collect()));
    }
    lines
}

/// The outcome, and where it happened.
pub fn outcome_line(report: &Report, style: &Style) -> Vec<String> {
    if report.passed() {
        let words = format!("Passed: {}.", count(report.checks.len(), "check"));
        return vec![format!("  {}", style.paint(Ink::Good, &words))];
    }
    let ink = if report.outcome == Outcome::NotStarted { Ink::Note } else { Ink::Bad };
    let outcome = style.paint(ink, &style.paint(Ink::Strong, report.outcome.name()));
    let Some(place) = report.reason().and_then(|verdict| verdict.place.as_ref()) else {
        return vec![format!("  {outcome}")];
    };
    let place = style.paint(Ink::Note, place);
    let line = format!("  {outcome}  {place}");
    if text::width(&line) < style.width {
        return vec![line];
    }
    let mut lines = vec![format!("  {outcome}")];
    lines.extend(indented(text::fold(&place, style.width.saturating_sub(3))));
    lines
}

/// The words of the verdict.
fn message(report: &Report, style: &Style) -> Vec<String> {
    let Some(Verdict { headline, text, yours, .. }) = report.reason() else { return Vec::new() };
    let room = style.width.saturating_sub(3);
    let words = if text.trim().is_empty() { headline } else { text };
    // Fitted by whoever wrote it, but the screen may have become narrower since then. A drawing is cut at the edge, not
    // between words.
    let fit = if yours.is_some() { text::fold } else { text::wrap };
    let mut lines = vec![String::new()];
    lines.extend(indented(words.trim_matches('\n').lines().flat_map(|line| fit(line, room)).collect()));
    lines
}

/// What the learner's code printed: the end of it.
pub fn printed(output: &str, style: &Style) -> Vec<String> {
    if output.trim().is_empty() {
        return Vec::new();
    }
    let all: Vec<&str> = output.lines().collect();
    let skipped = all.len().saturating_sub(PRINTED);
    let mut title = "Your code printed:".to_owned();
    if skipped > 0 {
        title = format!("Your code printed (the last {PRINTED} of {} lines):", all.len());
    }
    let mut lines = vec![String::new()];
    lines.extend(indented(text::wrap(&title, style.width.saturating_sub(3))));
    let room = style.width.saturating_sub(5);
    let folded = all[skipped..].iter().flat_map(|line| text::fold(line, room));
    lines.extend(folded.map(|line| format!("  {} {line}", style.gutter())));
    lines
}

/// The first error as rustc draws it, then what there is to say of the others. Warnings wait until there are no errors.
fn compile_errors(report: &Report, exercise: &Exercise, style: &Style) -> Vec<String> {
    let Some(first) = report.errors().next() else { return Vec::new() };
    let mut lines = drawn(first, style);
    let others = besides_the_first(report);
    if !others.is_empty() {
        let room = style.width.min(READABLE).saturating_sub(3);
        lines.extend(indented(others.iter().flat_map(|line| text::wrap(line, room)).collect()));
        lines.push(String::new());
    }
    if let Some(words) = errors_elsewhere(report, exercise) {
        lines.extend(indented(text::wrap(&words, style.width.min(READABLE).saturating_sub(3))));
    }
    lines
}

/// How many errors there are besides the first, and one line for each kind of them: many errors often have one cause. Where a
/// merge of git's has left two versions in the file, what to do about that: the other errors say nothing then.
pub fn besides_the_first(report: &Report) -> Vec<String> {
    let mut errors = report.errors();
    if errors.next().is_some_and(|first| first.message.contains("diff marker")) {
        let words = "Git could not join two versions of this file, and left both in it. Keep the lines that you want, and \
                     remove the marks. Or take the merge back (`git status` says how; after `git pull` it is `git merge \
                     --abort`) and run `cargo workbook update`: it brings the newer version and keeps what you wrote.";
        return vec![words.to_owned()];
    }
    let others: Vec<&Diagnostic> = errors.collect();
    if others.is_empty() {
        return Vec::new();
    }
    let words =
        format!("{}. Mend the one above first: the rest may follow from it.", count(others.len(), "more error"));
    [vec![words], kinds(&others)].concat()
}

/// What to do where all errors are in the checks.
pub fn errors_elsewhere(report: &Report, exercise: &Exercise) -> Option<String> {
    let checks = format!("exercises/{}/checks/{}.rs", exercise.lesson, exercise.name);
    let is_in_them = |error: &Diagnostic| error.file.as_ref() == Some(&checks);
    (report.errors().next().is_some() && report.errors().all(is_in_them)).then(|| {
        format!(
            "The error is not in {} but in its checks: they call your code by the names and types of the task. Your \
             signature is narrower than the task's, or another one: a parameter takes less than it should, a bound or a \
             lifetime asks for more, or a name is gone. Compare with solutions/{}/starters/{}.rs.",
            report.file, exercise.lesson, exercise.name
        )
    })
}

/// `error[E0425] cannot find value `a` in this scope  exercises/03-join/fan_out.rs:12:5, and 3 like it`
fn kinds(errors: &[&Diagnostic]) -> Vec<String> {
    let kind = |error: &Diagnostic| error.code.clone().unwrap_or_else(|| error.message.clone());
    let mut kinds: Vec<(String, &Diagnostic, usize)> = Vec::new();
    for error in errors {
        match kinds.iter_mut().find(|(known, ..)| *known == kind(error)) {
            Some((.., number)) => *number += 1,
            None => kinds.push((kind(error), error, 1)),
        }
    }
    let line = |(_, error, number): (String, &Diagnostic, usize)| {
        let code = error.code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
        let message = error.message.lines().next().unwrap_or_default();
        let place = error.place().map(|place| format!("  {place}")).unwrap_or_default();
        let more = if number > 1 { format!(", and {} like it", number - 1) } else { String::new() };
        format!("error{code}: {message}{place}{more}")
    };
    kinds.into_iter().map(line).collect()
}

/// What rustc finds odd in code that compiles. As long as a check fails, only what is likely to be the reason: a future that
/// nobody awaits, or a result that nobody looks at.
pub fn shown_warnings(report: &Report) -> Vec<&Diagnostic> {
    let is_shown = |warning: &&Diagnostic| report.passed() || warning.code.as_deref() == Some("unused_must_use");
    report.diagnostics.iter().filter(is_shown).take(WARNINGS).collect()
}

fn warnings(report: &Report, style: &Style) -> Vec<String> {
    let shown = shown_warnings(report);
    if shown.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    if !report.passed() {
        lines.extend(indented(text::wrap("The compiler warns:", style.width.saturating_sub(3))));
    }
    lines.extend(shown.iter().flat_map(|warning| drawn(warning, style)));
    lines.pop();
    lines
}

fn drawn(diagnostic: &Diagnostic, style: &Style) -> Vec<String> {
    let rendered = if style.colour { &diagnostic.coloured } else { &diagnostic.rendered };
    let mut lines = indented(rustc::fit(rendered, style.width.saturating_sub(3)));
    lines.push(String::new());
    lines
}

/// One line for an exercise among others.
pub fn summary(report: &Report, style: &Style) -> Vec<String> {
    let mark = if report.passed() { style.tick() } else { style.cross() };
    let ink = if report.passed() { Ink::Good } else { Ink::Bad };
    let outcome = style.paint(ink, report.outcome.name());
    let headline = match report.reason() {
        Some(verdict) if report.outcome != Outcome::NotStarted => format!(": {}", verdict.headline),
        _ => String::new(),
    };
    marked(&mark, &format!("{}  {outcome}{headline}", report.exercise), style)
}

/// Lessons, exercises, and which have passed.
pub fn list(register: &Register, progress: &Progress, current: Option<&str>, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    let names = register.exercises().map(|exercise| exercise.name.len()).max().unwrap_or_default();
    for lesson in &register.lessons {
        let (done, of) = done(lesson, progress);
        lines.push(format!("{}  {} {done}/{of}", style.paint(Ink::Strong, &lesson.id), style.bar(done, of)));
        for exercise in &lesson.exercises {
            lines.push(list_line(exercise, names, progress, current, style));
        }
        lines.push(String::new());
    }
    lines.pop();
    lines
}

/// One exercise of the list: its mark, its name, its minutes, and its title where there is room.
fn list_line(exercise: &Exercise, names: usize, progress: &Progress, current: Option<&str>, style: &Style) -> String {
    let id = exercise.id();
    let mark = if progress.passed(&id) { style.tick() } else { style.dash() };
    let pointer = if current == Some(id.as_str()) { style.arrow() } else { " " };
    let minutes = exercise.header().minutes.map(|minutes| format!("{minutes} min")).unwrap_or_default();
    let line =
        format!("{pointer} {mark} {:<names$}  {}", exercise.name, style.paint(Ink::Faint, &format!("{minutes:>6}")));
    let title = format!("{line}  {}", exercise.title());
    if text::width(&title) < style.width { title } else { text::cut(&line, style.width, style.ellipsis()) }
}

/// How many exercises of a lesson have passed, and how many there are.
pub fn done(lesson: &Lesson, progress: &Progress) -> (usize, usize) {
    let done = lesson.exercises.iter().filter(|exercise| progress.passed(&exercise.id())).count();
    (done, lesson.exercises.len())
}

/// Two columns from the left.
pub fn indented(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| if line.is_empty() { line } else { format!("  {line}") }).collect()
}
