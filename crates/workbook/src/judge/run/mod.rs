//! Runs the checks of an exercise, each in a process of its own, and gathers what they report.

mod gather;

use std::{
    fs, io,
    path::Path,
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    catalogue::{
        checks::{self, Check},
        register::Exercise,
        workspace::Workspace,
    },
    judge::{
        cargo::{self, Build, BuildStep, LineTables, NoVerdict},
        diagnostics::{self, Diagnostic},
        fresh::Stamp,
        process::{self, Cancel},
        report::{CheckReport, Outcome, Report, Verdict},
        scratch::Scratch,
    },
};

/// The harness ends a process after five seconds of real time. This is for a process that keeps it from doing so.
const LIMIT: Duration = Duration::from_secs(30);

/// What every check of a command has in common.
#[derive(Debug, Clone)]
pub struct Job {
    pub workspace: Workspace,
    /// How wide messages are drawn.
    pub width: usize,
    /// Draw with plain ASCII.
    pub ascii: bool,
    pub cancel: Cancel,
}

/// What happens on the way to a report.
#[derive(Debug)]
pub enum Event {
    Building(BuildStep),
    /// It compiled; these checks are going to run.
    Running(Vec<Check>),
    /// The check with this index ended.
    Checked(usize, CheckReport),
}

/// Compiles one exercise and runs its checks.
pub fn check(job: &Job, exercise: &Exercise, on_event: &(dyn Fn(Event) + Sync)) -> Result<Report, NoVerdict> {
    let reports = check_all(job, &[exercise], on_event)?;
    Ok(reports.into_iter().next().expect("one report for one exercise"))
}

/// Compiles exercises of one lesson with one cargo invocation, then runs the checks of each.
///
/// The first build has no line tables, because that is quicker. Exercises with a future that hangs are built and checked
/// once more, the way `cargo test` does it, so that the message can name the line.
pub fn check_all(
    job: &Job,
    exercises: &[&Exercise],
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Report>, NoVerdict> {
    let mut reports = build_and_judge(job, exercises, LineTables::LeftOut, on_event)?;
    let (hung, again): (Vec<&mut Report>, Vec<&Exercise>) =
        reports.iter_mut().zip(exercises).filter(|(report, _)| report.misses_a_place()).unzip();
    for (report, with_lines) in hung.into_iter().zip(build_and_judge(job, &again, LineTables::Kept, on_event)?) {
        *report = Report { build_time: report.build_time + with_lines.build_time, ..with_lines };
    }
    Ok(reports)
}

fn build_and_judge(
    job: &Job,
    exercises: &[&Exercise],
    lines: LineTables,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Report>, NoVerdict> {
    let Some(first) = exercises.first() else { return Ok(Vec::new()) };
    let targets: Vec<&str> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let start = Instant::now();
    // Where the times cannot be kept, cargo decides alone, as it does without the runner.
    let stamps: Vec<Stamp> =
        exercises.iter().filter_map(|exercise| Stamp::before_build(&job.workspace, exercise).ok()).collect();
    let on_step = |step| on_event(Event::Building(step));
    let build = cargo::build_tests(&job.workspace, &first.package(), &targets, lines, &job.cancel, &on_step)?;
    let build_time = start.elapsed();
    for stamp in stamps {
        let _ = stamp.after_build();
    }
    let reports = exercises.iter().map(|exercise| {
        let mut report = judge(job, exercise, &build, lines, on_event)?;
        report.build_time = build_time;
        Ok(report)
    });
    reports.collect()
}

/// The checks that an exercise must pass. None, if its checks file is gone.
pub fn expected(exercise: &Exercise) -> Vec<Check> {
    checks::parse(&fs::read_to_string(exercise.checks_file()).unwrap_or_default())
}

fn judge(
    job: &Job,
    exercise: &Exercise,
    build: &Build,
    lines: LineTables,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Report, NoVerdict> {
    let shown = job.workspace.shown(&exercise.file());
    let expected = expected(exercise);
    let diagnostics = build.diagnostics.get(&exercise.name).cloned().unwrap_or_default();
    let Some(executable) = build.executables.get(&exercise.name) else {
        return Ok(does_not_compile(exercise.id(), shown, expected, diagnostics));
    };
    if expected.is_empty() {
        let text =
            format!("{} holds no check. Restore it: git restore {0}", job.workspace.shown(&exercise.checks_file()));
        let verdict = Verdict::new(Outcome::Tampered, "the checks of this exercise are gone", text);
        return Ok(Report::without_run(exercise.id(), shown, expected, verdict));
    }
    let folder = exercise.folder();
    let tests: Vec<Test<'_>> =
        expected.iter().map(|check| Test::new(check, "checks", executable, lines, &folder)).collect();
    on_event(Event::Running(expected.clone()));
    let start = Instant::now();
    let explain = || gather::why_no_check_ran(&job.workspace, exercise);
    let checks = run_tests(job, &tests, cores(), Limit::RealTime, &explain, &|index, report| {
        on_event(Event::Checked(index, report))
    })?;
    let mut report = Report::of_checks(exercise.id(), shown, checks);
    report.run_time = start.elapsed();
    report.diagnostics = diagnostics;
    Ok(report)
}

/// The report on code that rustc rejects. `file` is the file that was written by hand.
pub fn does_not_compile(id: String, file: String, expected: Vec<Check>, mut diagnostics: Vec<Diagnostic>) -> Report {
    diagnostics::sort(&mut diagnostics, &file);
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let first = errors.first();
    let headline = first.map_or_else(|| "rustc gave no reason".to_owned(), |error| error.message.clone());
    let place = first.and_then(|error| Some(format!("{}:{}:{}", error.file.as_ref()?, error.line?, error.column?)));
    let text: String = errors.iter().map(|error| error.rendered.as_str()).collect::<Vec<_>>().join("\n");
    let mut verdict = Verdict::new(Outcome::DoesNotCompile, headline, text.trim_end());
    verdict.place = place;
    let mut report = Report::without_run(id, file, expected, verdict);
    report.diagnostics = diagnostics;
    report
}

/// One check in one executable.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    pub check: &'a Check,
    /// `checks::is_fast`, the name by which libtest knows it.
    pub path: String,
    pub executable: &'a Path,
    /// What it was compiled with.
    pub lines: LineTables,
    /// The folder to run in: that of the package, as under `cargo test`.
    pub folder: &'a Path,
}

impl<'a> Test<'a> {
    pub fn new(check: &'a Check, module: &str, executable: &'a Path, lines: LineTables, folder: &'a Path) -> Self {
        Self { check, path: format!("{module}::{}", check.name), executable, lines, folder }
    }
}

/// When later checks are not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Once the first failure is known, and was one that took real time: each later check would take its seconds, too.
    RealTime,
    /// Once the first failure is known.
    FirstFailure,
}

impl Limit {
    fn is_reached(self, outcome: Outcome) -> bool {
        self == Self::FirstFailure || outcome.takes_real_time()
    }
}

/// Runs checks in parallel, and reports them in their order.
pub fn run_tests(
    job: &Job,
    tests: &[Test<'_>],
    threads: usize,
    limit: Limit,
    explain: &(dyn Fn() -> String + Sync),
    on_checked: &(dyn Fn(usize, CheckReport) + Sync),
) -> Result<Vec<CheckReport>, NoVerdict> {
    let scratch = Scratch::new().map_err(NoVerdict::io("no temporary file for the report can be written"))?;
    let results: Mutex<Vec<Option<CheckReport>>> = Mutex::new(vec![None; tests.len()]);
    let trouble = Mutex::new(None);
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let work = || {
        while !stop.load(Ordering::SeqCst) && !job.cancel.is_cancelled() {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let Some(test) = tests.get(index) else { return };
            match run_test(job, test, &scratch.path().join(index.to_string()), explain) {
                Ok(report) => {
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results[index] = Some(report.clone());
                    if decided(&results).is_some_and(|(_, outcome)| limit.is_reached(outcome)) {
                        stop.store(true, Ordering::SeqCst);
                    }
                    drop(results);
                    on_checked(index, report);
                }
                Err(error) => {
                    stop.store(true, Ordering::SeqCst);
                    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(tests.len()) {
            scope.spawn(work);
        }
        work();
    });
    if job.cancel.is_cancelled() {
        return Err(NoVerdict::Cancelled);
    }
    if let Some(error) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(NoVerdict::io("the checks cannot be started")(error));
    }
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Some later ones may have ended before the decision. Which ones depends on the machine; a report must not.
    if let Some((index, outcome)) = decided(&results)
        && limit.is_reached(outcome)
    {
        results[index + 1..].fill(None);
    }
    let or_not_run = |(report, test): (Option<CheckReport>, &Test<'_>)| {
        report.unwrap_or_else(|| CheckReport::not_run(test.check.clone()))
    };
    Ok(results.into_iter().zip(tests).map(or_not_run).collect())
}

/// The first failure, once all checks before it have passed.
fn decided(results: &[Option<CheckReport>]) -> Option<(usize, Outcome)> {
    for (index, result) in results.iter().enumerate() {
        if let Some(verdict) = result.as_ref()?.verdict() {
            return Some((index, verdict.outcome));
        }
    }
    None
}

/// As many checks run at once as there are processors.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

fn run_test(
    job: &Job,
    test: &Test<'_>,
    report: &Path,
    explain: &(dyn Fn() -> String + Sync),
) -> io::Result<CheckReport> {
    let mut command = Command::new(test.executable);
    command.args(["--exact", &test.path, "--nocapture", "-q"]);
    command.current_dir(test.folder);
    command.env("WORKBOOK_REPORT", report);
    command.env("WORKBOOK_CHECK", format!("checks::{}", test.check.name));
    command.env("WORKBOOK_WIDTH", job.width.to_string());
    if job.ascii {
        command.env("WORKBOOK_ASCII", "1");
    } else {
        command.env_remove("WORKBOOK_ASCII");
    }
    // A backtrace that can show no line of the learner's is not worth the time.
    match test.lines {
        LineTables::Kept => command.env_remove("WORKBOOK_NO_LINES"),
        LineTables::LeftOut => command.env("WORKBOOK_NO_LINES", "1"),
    };
    // A backtrace through the harness and tokio hides the line that matters, which the verdict names.
    command.env("RUST_BACKTRACE", "0");
    for name in ["RUST_TEST_THREADS", "RUST_TEST_NOCAPTURE", "RUST_TEST_SHUFFLE", "RUST_LIB_BACKTRACE"] {
        command.env_remove(name);
    }
    let ended = process::run(&mut command, &job.cancel, LIMIT)?;
    let records = fs::read_to_string(report).unwrap_or_default();
    Ok(gather::gather(test, &ended, &records, explain))
}
