//! `cargo workbook check`

use super::{Context, status::Status, stoppable, warn};
use crate::{
    args::{Other, What},
    attempt::{self, Attempt},
    exit, json,
    kept_runs::KeptRun,
    process::Cancel,
    progress::Store,
    register::{Exercise, Register},
    render,
    report::{Outcome, Report},
    run::{self, Job},
    select::{self, NoSuch, Selected},
    style::Style,
};

pub fn check(context: &Context, what: &What, other: Option<&Other>, json: bool) -> anyhow::Result<u8> {
    let (progress, warning) = context.store.read();
    let mut warnings: Vec<String> = warning.into_iter().collect();
    let register = &context.register;
    let exercises: Vec<&Exercise> = match what {
        What::Current => vec![context.current(&progress)?],
        What::All => register.exercises().collect(),
        What::Named(name) if other.is_some() => vec![select::find_exercise(register, name)?],
        What::Named(name) => match select::find(register, name)? {
            Selected::Exercise(exercise) => vec![exercise],
            Selected::Lesson(lesson) => lesson.exercises.iter().collect(),
        },
    };
    let attempt = match other {
        None => None,
        Some(Other::File(file)) if file.is_file() => Some(Attempt::named(exercises[0], file)),
        Some(Other::File(file)) => return Err(NoSuch(format!("there is no file {}", file.display())).into()),
        Some(Other::Trap(name)) => Some(Attempt::trap(&context.workspace, exercises[0], name)?),
    };
    let status = Status::new(context.style, context.plain);
    let reports = stoppable(|cancel| {
        let job = job(context, cancel, json);
        match &attempt {
            Some(attempt) => attempt::check(&job, attempt).map(|report| vec![report]),
            None => by_lesson(register, &exercises)
                .into_iter()
                .map(|exercises| run::check_all(&job, &exercises, &|event| status.event(&event)))
                .collect::<Result<Vec<_>, _>>()
                .map(|reports| reports.into_iter().flatten().collect()),
        }
    });
    drop(status);
    let reports = reports?;
    if attempt.is_none() {
        for (report, exercise) in reports.iter().zip(&exercises) {
            warnings.extend(remember(context, report, exercise));
        }
    }
    // One folder that cannot be written is one warning, however many exercises there are.
    warnings.dedup();
    let passed = reports.iter().all(Report::passed);
    if json {
        let reports: Vec<(Report, Exercise)> = reports.into_iter().zip(exercises.into_iter().cloned()).collect();
        json::print(&json::check(&reports, attempt.as_ref().map(Attempt::place).as_deref(), &warnings));
    } else {
        print(&reports, &exercises, attempt.is_some(), &context.style);
        warnings.iter().for_each(|warning| warn(warning));
    }
    Ok(if passed { exit::PASSED } else { exit::NOT_YET })
}

/// How checks are run for this terminal, or for a program that reads JSON.
pub fn job(context: &Context, cancel: &Cancel, json: bool) -> Job {
    Job {
        workspace: context.workspace.clone(),
        width: if json { 100 } else { render::message_width(&context.style) },
        ascii: context.style.ascii && !json,
        cancel: cancel.clone(),
    }
}

/// Writes down what a report means for the progress. Returns a warning where it cannot.
pub fn remember(context: &Context, report: &Report, exercise: &Exercise) -> Option<String> {
    let run = KeptRun::of(report).save(&context.workspace, exercise).err();
    let updated = progress_of(&context.store, report);
    updated.err().or_else(|| run.map(|error| format!("the run cannot be kept under .workbook/runs/: {error}")))
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

fn by_lesson<'a>(register: &Register, exercises: &[&'a Exercise]) -> Vec<Vec<&'a Exercise>> {
    let of = |lesson: &str| exercises.iter().copied().filter(|exercise| exercise.lesson == lesson).collect::<Vec<_>>();
    register.lessons.iter().map(|lesson| of(&lesson.id)).filter(|exercises| !exercises.is_empty()).collect()
}

fn print(reports: &[Report], exercises: &[&Exercise], is_attempt: bool, style: &Style) {
    let mut lines = Vec::new();
    if let ([report], [exercise]) = (reports, exercises) {
        lines.extend(render::heading(exercise, &report.file, style));
        lines.push(String::new());
        lines.extend(render::report(report, exercise, style));
        if !is_attempt {
            lines.push(String::new());
            lines.extend(next_step(report, exercise, style));
        }
    } else {
        lines.extend(reports.iter().flat_map(|report| render::summary(report, style)));
        let passed = reports.iter().filter(|report| report.passed()).count();
        lines.push(String::new());
        lines.push(format!("  {passed} of {} passed", reports.len()));
    }
    say!("{}", lines.join("\n"));
}

fn next_step(report: &Report, exercise: &Exercise, style: &Style) -> Vec<String> {
    let id = exercise.id();
    let words = match report.outcome {
        Outcome::Passed => format!("The solution, to compare: cargo workbook solution {id}"),
        _ => format!("A hint: cargo workbook hint {id}"),
    };
    render::indented(crate::text::wrap(&words, style.width.saturating_sub(3)))
}
