//! What the page in the browser is told: all that it shows, each time anew.
//!
//! It is for `live/page/live.js` alone, which is compiled into the same program, so it has no version. Its words are those of
//! `JSON.md`. The page shows texts as texts. Only `picture.svg` becomes elements, and `timeline` has written it.

use serde_json::{Value, json};
use timeline::{TextStyle, Timeline, beside, svg_beside};

use super::{Page, Running, Watch, screen};
use crate::{
    actions,
    catalogue::{chapter, register::Exercise},
    judge::{
        diagnostics::Diagnostic,
        report::{CheckReport, Outcome, Report, Run},
    },
    screen::{json, render},
    text,
};

/// What stands in blocks that scroll is laid out for so many columns.
const COLUMNS: usize = 92;

/// The whole state, as it is now.
pub fn state(watch: &Watch<'_>) -> Value {
    let exercise = watch.exercise();
    let passed = watch.report.as_ref().is_some_and(Report::passed);
    json!({
        "exercise": about(watch, exercise),
        "chapter": chapter(watch, exercise),
        "saves": watch.saves,
        "running": watch.running.as_ref().map(running),
        "report": watch.report.as_ref().map(|report| self::report(watch, report)),
        "trouble": watch.trouble,
        "notices": watch.notices,
        "hint": hint(watch),
        "after": passed.then(|| after_a_pass(watch, exercise)),
        "has_keys": watch.has_keys,
    })
}

fn about(watch: &Watch<'_>, exercise: &Exercise) -> Value {
    let header = exercise.header();
    let lesson = watch.context.register.lesson(&exercise.lesson).expect("an exercise is part of its lesson");
    let (done, of) = render::done(lesson, &watch.progress);
    json!({
        "id": exercise.id(),
        "lesson": exercise.lesson,
        "title": exercise.title(),
        "minutes": header.minutes,
        // The lines of the header are broken where the source is.
        "task": header.task.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>(),
        "file": watch.context.workspace.shown(&exercise.file()),
        "done": done,
        "of": of,
    })
}

/// Where the book tells of the exercise: an address on this server.
fn chapter(watch: &Watch<'_>, exercise: &Exercise) -> Value {
    let (page, section) = actions::book_page(&watch.context.workspace, exercise);
    if !page.is_file() {
        return Value::Null;
    }
    let section = section.map(|section| format!("#{section}")).unwrap_or_default();
    json!({ "address": format!("/{}.html{section}", exercise.lesson), "read": exercise.header().read })
}

fn running(running: &Running) -> Value {
    let checks = running.checks.iter().map(|(check, report)| match report {
        Some(report) => checked(report),
        None => json!({ "state": "running", "label": render::check_label(&CheckReport::not_run(check.clone())) }),
    });
    json!({ "stage": screen::stage(running), "checks": checks.collect::<Vec<_>>() })
}

fn checked(check: &CheckReport) -> Value {
    json!({ "state": json::state(check), "label": render::check_label(check) })
}

fn report(watch: &Watch<'_>, report: &Report) -> Value {
    let exercise = watch.exercise();
    let reason = report.reason();
    let compiler = |diagnostics: Vec<&Diagnostic>| {
        let rendered: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.rendered.trim_end()).collect();
        (!rendered.is_empty()).then(|| rendered.join("\n\n"))
    };
    let text = match reason {
        _ if report.outcome == Outcome::DoesNotCompile => compiler(report.errors().take(1).collect()),
        // The parts say it, in lines that fit the page.
        Some(verdict) if verdict.parts.is_empty() => Some(verdict.text.trim_matches('\n').to_owned()),
        _ => None,
    };
    let failed = report.failed().filter(|_| report.outcome != Outcome::NotStarted);
    let check = failed.map(|failed| {
        let file = watch.context.workspace.shown(&exercise.checks_file());
        format!("check {} in {file}:{}", failed.check.name, failed.check.line)
    });
    json!({
        "save": watch.reported,
        "outcome": report.outcome,
        "passed": report.passed(),
        "headline": reason.and_then(|verdict| verdict.headline.lines().next()),
        "place": reason.and_then(|verdict| verdict.place.as_ref()),
        "check": check,
        "checks": report.checks.iter().map(checked).collect::<Vec<_>>(),
        "parts": reason.map(|verdict| &verdict.parts),
        "text": text,
        "more": more(report, exercise),
        "picture": report.drawn().filter(|_| report.outcome != Outcome::NotStarted).and_then(picture),
        "printed": printed(report.output()),
        "warnings": compiler(render::shown_warnings(report)),
    })
}

/// What there is to say below a text.
fn more(report: &Report, exercise: &Exercise) -> Vec<String> {
    if report.outcome != Outcome::DoesNotCompile {
        return Vec::new();
    }
    render::besides_the_first(report).into_iter().chain(render::errors_elsewhere(report, exercise)).collect()
}

/// The two runs on one axis, so that one step moves through both.
fn picture(run: Run) -> Option<Value> {
    let style = TextStyle { width: COLUMNS, ascii: false };
    let titled = |title: &str, timeline| Timeline { title: title.to_owned(), ..timeline };
    let (yours, expected) = (titled("yours", run.yours), run.expected.map(|expected| titled("expected", expected)));
    let (svg, text, caption) = match expected {
        Some(expected) if yours.lanes.is_empty() => {
            (expected.svg(), expected.text(&style), "The run that was expected. In yours no call was started.")
        }
        Some(expected) => {
            let caption = "Your run, and below it the one that was expected, on one clock.";
            // In text the two have these headings anyway.
            let text = beside(&titled("", yours.clone()), &titled("", expected.clone()), &style);
            (svg_beside(&yours, &expected), text, caption)
        }
        None if yours.lanes.is_empty() => return None,
        None => (yours.svg(), yours.text(&style), "Your run."),
    };
    Some(json!({ "svg": svg, "text": text, "caption": caption }))
}

/// The end of what the learner's code printed.
fn printed(output: &str) -> Value {
    if output.trim().is_empty() {
        return Value::Null;
    }
    let lines: Vec<&str> = output.lines().collect();
    let skipped = lines.len().saturating_sub(render::PRINTED);
    json!({ "lines": lines[skipped..].join("\n"), "skipped": skipped })
}

fn hint(watch: &Watch<'_>) -> Option<String> {
    let Page::Hint { lines, .. } = &watch.page else { return None };
    let lines: Vec<String> = lines.iter().map(|line| text::without_escapes(line)).collect();
    // They are set in by two columns.
    Some(lines.iter().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// What is read after a pass, and what comes next.
fn after_a_pass(watch: &Watch<'_>, exercise: &Exercise) -> Value {
    let solution = actions::read_solution(&watch.context.workspace, exercise);
    let others =
        watch.context.workspace.root.join("book/book/what_people_write").join(format!("{}.html", exercise.lesson));
    json!({
        "idea": screen::idea(exercise),
        "solution": solution.ok(),
        "solution_file": watch.context.workspace.shown(&exercise.solution_file()),
        "others": others.is_file().then(|| format!("/what_people_write/{}.html#{}", exercise.lesson, chapter::anchor(&exercise.title()))),
        "next": watch.next_open().map(|next| json!({
            "title": next.title(),
            "file": watch.context.workspace.shown(&next.file()),
        })),
    })
}
