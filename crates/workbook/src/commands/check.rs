//! `cargo workbook check`

use std::path::PathBuf;

use super::{
    arguments::{Arguments, Command, Given, Run, Usage, What},
    stoppable,
};
use crate::{
    actions,
    catalogue::{
        register::{Exercise, Register},
        select::{self, NoSuch, Selected},
    },
    context::Context,
    exit,
    judge::{
        attempt::{self, Attempt},
        report::{Outcome, Report},
        run,
    },
    screen::{
        json, render,
        say::{say, warn},
        status::Status,
        style::Style,
    },
    text,
};

pub const COMMAND: Command =
    Command { name: "check", overview: "  cargo workbook check [ID]     check once", help: HELP, parse };

const HELP: &str = "\
cargo workbook check [ID|LESSON|--all] [--attempt FILE|--trap NAME] [--json]

Compiles an exercise, runs its checks, and says what happened. Without an ID:
the first exercise that has not passed.

  ID               `03-join/fan_out`, or `fan_out`, or
                   `exercises/03-join/fan_out.rs`
  LESSON           all exercises of a lesson: `03-join`, or `03`
  --all            all exercises
  --attempt FILE   run the checks of ID on another file; progress stays as it is
  --trap NAME      the same on one of its known wrong answers, from
                   solutions/…/traps/: see what its verdict is
  --json           the report for programs; crates/workbook/JSON.md describes it
  --plain          ASCII only, no colour

Exit codes: 0 all checks passed, 1 not yet, 2 wrong usage, 3 cannot (no cargo,
no linker, …), 130 Ctrl-C.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    let (mut name, mut all, mut json) = (None, false, false);
    let (mut file, mut trap) = (None, None);
    while let Some(given) = arguments.next_given()? {
        match given {
            Given::Value(value) if name.is_none() => name = Some(value),
            Given::Option(option) if option == "--all" => all = true,
            Given::Option(option) if option == "--json" => json = true,
            Given::Option(option) if option == "--attempt" => file = Some(Other::File(arguments.value()?.into())),
            Given::Option(option) if option == "--trap" => trap = Some(Other::Trap(arguments.text()?)),
            other => return Err(arguments.unexpected(&other)),
        }
    }
    if file.is_some() && trap.is_some() {
        return Err(Usage("check: --attempt FILE or --trap NAME, not both".to_owned()));
    }
    let what = What::of("check", name, all)?;
    let other = file.or(trap);
    if let Some(other) = other.as_ref().filter(|_| !matches!(what, What::Named(_))) {
        let option = if matches!(other, Other::File(_)) { "--attempt FILE" } else { "--trap NAME" };
        return Err(Usage(format!("{option} needs the exercise: check ID {option}")));
    }
    Ok(Box::new(move |context| check(context, &what, other.as_ref(), json)))
}

/// What to check in place of the learner's file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Other {
    /// `--attempt FILE`
    File(PathBuf),
    /// `--trap NAME`
    Trap(String),
}

fn check(context: &Context, what: &What, other: Option<&Other>, json: bool) -> anyhow::Result<u8> {
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
    let tick = || status.tick();
    let reports = stoppable(tick, |cancel| {
        let job = context.job(cancel, json);
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
            warnings.extend(actions::remember(context, report, exercise));
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
    let mut words = vec![match report.outcome {
        Outcome::Passed => format!("The solution, to compare: cargo workbook solution {id}"),
        _ => format!("A hint: cargo workbook hint {id}"),
    }];
    if let Some(read) = exercise.header().read {
        words.push(format!("Read: {read} (book/read/{}.md)", exercise.lesson));
    }
    render::indented(words.iter().flat_map(|words| text::wrap(words, style.width.saturating_sub(3))).collect())
}
