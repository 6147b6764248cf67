//! The output of `--json`. `JSON.md` describes it to those who read it; a test holds the two together.

use serde_json::{Value, json};

use crate::{
    catalogue::register::{Exercise, Register},
    judge::report::{CheckReport, Report, State, Verdict},
    memory::progress::Progress,
    screen::say,
    verify::Verified,
};

/// Grows when a field changes its meaning or goes. New fields may come without it.
pub const VERSION: u32 = 1;

/// `check --json`
pub fn check(reports: &[(Report, Exercise)], attempt: Option<&str>, warnings: &[String]) -> Value {
    let passed = reports.iter().filter(|(report, _)| report.passed()).count();
    json!({
        "version": VERSION,
        "command": "check",
        "passed": passed == reports.len(),
        "count": { "exercises": reports.len(), "passed": passed },
        "attempt": attempt,
        "exercises": reports.iter().map(|(report, exercise)| exercise_report(report, exercise)).collect::<Vec<_>>(),
        "warnings": warnings,
    })
}

fn exercise_report(report: &Report, exercise: &Exercise) -> Value {
    let reason = report.reason();
    json!({
        "id": report.exercise,
        "title": exercise.title(),
        "file": report.file,
        "outcome": report.outcome,
        "failed": report.failed().map(|failed| &failed.check.name),
        "headline": reason.map(|verdict| &verdict.headline),
        "text": reason.map(|verdict| &verdict.text),
        "place": reason.and_then(|verdict| verdict.place.as_ref()),
        "checks": report.checks.iter().map(check_report).collect::<Vec<_>>(),
        "diagnostics": report.diagnostics,
        "build_ms": milliseconds(report.build_time),
        "run_ms": milliseconds(report.run_time),
    })
}

fn check_report(check: &CheckReport) -> Value {
    let verdict = check.verdict();
    let run = check.runs.last();
    let yours = verdict.and_then(|verdict| verdict.yours.as_ref()).or(run.map(|run| &run.yours));
    let expected =
        verdict.and_then(|verdict| verdict.expected.as_ref()).or_else(|| run.and_then(|run| run.expected.as_ref()));
    json!({
        "name": check.check.name,
        "about": check.check.about,
        "not_judged": check.not_judged(),
        "state": state(check),
        "outcome": verdict.map(|verdict| verdict.outcome),
        "headline": verdict.map(|verdict| &verdict.headline),
        "text": verdict.map(|verdict: &Verdict| &verdict.text),
        "place": verdict.and_then(|verdict| verdict.place.as_ref()),
        "yours": yours,
        "expected": expected,
        "output": check.output,
    })
}

/// How a check ended, in a word or two.
pub fn state(check: &CheckReport) -> &'static str {
    match check.state {
        State::Passed => "passed",
        State::Failed(_) => "failed",
        State::NotJudged { .. } => "not judged",
        State::NotRun => "not run",
    }
}

/// `list --json`
pub fn list(
    register: &Register,
    progress: &Progress,
    edited: impl Fn(&Exercise) -> bool,
    warnings: &[String],
) -> Value {
    let lessons = register.lessons.iter().map(|lesson| {
        let exercises = lesson.exercises.iter().map(|exercise| {
            let header = exercise.header();
            json!({
                "id": exercise.id(),
                "title": exercise.title(),
                "minutes": header.minutes,
                "read": header.read,
                "file": format!("exercises/{}/{}.rs", exercise.lesson, exercise.name),
                "passed": progress.passed(&exercise.id()),
                "edited": edited(exercise),
                "hints_shown": progress.entry(&exercise.id()).hints,
            })
        });
        json!({ "id": lesson.id, "exercises": exercises.collect::<Vec<_>>() })
    });
    let passed = register.exercises().filter(|exercise| progress.passed(&exercise.id())).count();
    json!({
        "version": VERSION,
        "command": "list",
        "count": { "exercises": register.exercises().count(), "passed": passed },
        "lessons": lessons.collect::<Vec<_>>(),
        "warnings": warnings,
    })
}

/// `verify --json`
pub fn verify(verified: &Verified) -> Value {
    json!({
        "version": VERSION,
        "command": "verify",
        "passed": verified.problems.is_empty(),
        "count": verified.counts,
        "problems": verified.problems,
        "notes": verified.notes,
        "ms": milliseconds(verified.time),
    })
}

/// One object on one line, and the line's end.
pub fn print(value: &Value) {
    say::line(value);
}

fn milliseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
