//! Runs the checks of an exercise, each in a process of its own, and gathers what they report.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use timeline::Timeline;

use crate::{
    cargo::{self, Build, Progress, Trouble},
    checks::{self, Check},
    diagnostics::{self, Diagnostic},
    fresh::Stamp,
    process::{self, Cancel, Ended},
    register::Exercise,
    report::{CheckReport, Outcome, Report, Run, State, Verdict},
    text,
    workspace::Workspace,
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
    Building(Progress),
    /// It compiled; these checks are going to run.
    Running(Vec<Check>),
    /// The check with this index ended.
    Checked(usize, CheckReport),
}

/// Compiles one exercise and runs its checks.
pub fn check(job: &Job, exercise: &Exercise, on_event: &(dyn Fn(Event) + Sync)) -> Result<Report, Trouble> {
    let reports = check_all(job, &[exercise], on_event)?;
    Ok(reports.into_iter().next().expect("one report for one exercise"))
}

/// Compiles exercises of one lesson with one cargo invocation, then runs the checks of each.
pub fn check_all(
    job: &Job,
    exercises: &[&Exercise],
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Report>, Trouble> {
    let Some(first) = exercises.first() else { return Ok(Vec::new()) };
    let targets: Vec<&str> = exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    let start = Instant::now();
    // Where the times cannot be kept, cargo decides alone, as it does without the runner.
    let stamps: Vec<Stamp> =
        exercises.iter().filter_map(|exercise| Stamp::before_build(&job.workspace, exercise).ok()).collect();
    let on_progress = |progress| on_event(Event::Building(progress));
    let build = cargo::build_tests(&job.workspace, &first.package(), &targets, &job.cancel, &on_progress)?;
    let build_time = start.elapsed();
    for stamp in stamps {
        let _ = stamp.after_build();
    }
    let reports = exercises.iter().map(|exercise| {
        let mut report = judge(job, exercise, &build, on_event)?;
        report.build_time = build_time;
        Ok(report)
    });
    reports.collect()
}

/// The checks that an exercise must pass. None, if its checks file is gone.
pub fn expected(exercise: &Exercise) -> Vec<Check> {
    checks::parse(&fs::read_to_string(exercise.checks_file()).unwrap_or_default())
}

fn judge(job: &Job, exercise: &Exercise, build: &Build, on_event: &(dyn Fn(Event) + Sync)) -> Result<Report, Trouble> {
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
    let tests: Vec<Test<'_>> = expected.iter().map(|check| Test::new(check, "checks", executable, &folder)).collect();
    on_event(Event::Running(expected.clone()));
    let start = Instant::now();
    let explain = || why_no_check_ran(&job.workspace, exercise);
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
    /// The folder to run in: that of the package, as under `cargo test`.
    pub folder: &'a Path,
}

impl<'a> Test<'a> {
    pub fn new(check: &'a Check, module: &str, executable: &'a Path, folder: &'a Path) -> Self {
        Self { check, path: format!("{module}::{}", check.name), executable, folder }
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
) -> Result<Vec<CheckReport>, Trouble> {
    let scratch = Scratch::new().map_err(Trouble::io("no temporary file for the report can be written"))?;
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
        return Err(Trouble::Cancelled);
    }
    if let Some(error) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(Trouble::io("the checks cannot be started")(error));
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
    // A backtrace through the harness and tokio hides the line that matters, which the verdict names.
    command.env("RUST_BACKTRACE", "0");
    for name in ["RUST_TEST_THREADS", "RUST_TEST_NOCAPTURE", "RUST_TEST_SHUFFLE", "RUST_LIB_BACKTRACE"] {
        command.env_remove(name);
    }
    let ended = process::run(&mut command, &job.cancel, LIMIT)?;
    let records = fs::read_to_string(report).unwrap_or_default();
    Ok(gather(test, &ended, &records, explain))
}

/// One line of the report that the harness writes.
#[derive(Debug, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Record {
    Run {
        check: String,
        yours: Timeline,
        expected: Option<Timeline>,
    },
    Verdict {
        check: String,
        outcome: String,
        headline: String,
        text: String,
        yours: Option<Timeline>,
        expected: Option<Timeline>,
        place: Option<String>,
    },
}

/// A check passed if its process ended well, and it reported that it ran the learner's code, and no failure.
fn gather(test: &Test<'_>, ended: &Ended, records: &str, explain: &dyn Fn() -> String) -> CheckReport {
    let check = test.check;
    let output = text::printable(without_libtest(&ended.output, &test.path)).trim_matches('\n').to_owned();
    let mut runs = Vec::new();
    let mut told = None;
    // A line that cannot be read was cut short by the end of the process. It proves nothing.
    for record in records.lines().filter_map(|line| serde_json::from_str(line).ok()) {
        match record {
            Record::Run { check: of, yours, expected } if of == check.name => runs.push(Run { yours, expected }),
            Record::Verdict { check: of, outcome, headline, text, yours, expected, place }
                if of == check.name && told.is_none() =>
            {
                let outcome = Outcome::ALL.into_iter().find(|known| known.name() == outcome);
                let outcome = outcome.filter(|outcome| *outcome != Outcome::Passed).unwrap_or(Outcome::Wrong);
                told = Some(Verdict { outcome, headline, text, yours, expected, place });
            }
            Record::Run { .. } | Record::Verdict { .. } => {}
        }
    }
    let state = match told {
        Some(verdict) => State::Failed(Box::new(verdict)),
        None if ended.timed_out => State::Failed(Box::new(Verdict::new(
            Outcome::Blocked,
            format!("the check was still running after {} s and was stopped", LIMIT.as_secs()),
            "Something holds the process: a thread that never ends, or a loop in code that runs at the end.",
        ))),
        None if !ended.status.success() => State::Failed(Box::new(died(ended, &output))),
        None if runs.is_empty() => {
            let verdict = Verdict::new(Outcome::Tampered, "the check did not run", explain());
            State::Failed(Box::new(verdict))
        }
        None => State::Passed,
    };
    CheckReport { check: check.clone(), state, runs, output }
}

/// The verdict on a process that ended without one.
fn died(ended: &Ended, output: &str) -> Verdict {
    let how = how_it_ended(ended.status);
    let headline = if ended.output.contains("has overflowed its stack") {
        format!("the stack overflowed: a function calls itself without end, or a value is too large for it ({how})")
    } else if ended.status.code() == Some(101) {
        "the check panicked".to_owned()
    } else {
        format!("the process ended before the check did: {how}")
    };
    let tail: Vec<&str> = output.lines().rev().take(20).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    let text = if tail.is_empty() { headline.clone() } else { format!("{headline}\n\n{}", tail.join("\n")) };
    Verdict::new(Outcome::Wrong, headline, text)
}

fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let name = match signal {
            4 => "SIGILL",
            6 => "SIGABRT",
            7 | 10 => "SIGBUS",
            9 => "SIGKILL",
            11 => "SIGSEGV",
            15 => "SIGTERM",
            _ => return format!("signal {signal}"),
        };
        return format!("signal {signal}, {name}");
    }
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// Why a test target compiled, ran, and proved nothing.
fn why_no_check_ran(workspace: &Workspace, exercise: &Exercise) -> String {
    let source = fs::read_to_string(exercise.file()).unwrap_or_default();
    let shown = workspace.shown(&exercise.file());
    let reset = format!("`cargo workbook reset {}` restores the starter and keeps your version aside.", exercise.id());
    let lines = format!("    #[path = \"checks/{}.rs\"]\n    mod checks;", exercise.name);
    if source.trim().is_empty() {
        return format!("{shown} is empty.\n{reset}");
    }
    let is_connected = source.lines().any(|line| line.trim() == "mod checks;");
    if !is_connected {
        return format!(
            "The last lines of {shown} connect it to its checks, and they are gone:\n\n{lines}\n\nAdd them again, or \
             start again: {reset}"
        );
    }
    format!(
        "The program ended well, but this check reported no run of your code. Either {shown} no longer ends with\n\n\
         {lines}\n\nor the code ends the process (`std::process::exit`), or the check has another name than in {}.\n{reset}",
        workspace.shown(&exercise.checks_file())
    )
}

/// What a test printed, without what libtest prints around it.
fn without_libtest<'a>(output: &'a str, path: &str) -> &'a str {
    let output = output.strip_prefix("\nrunning 1 test\n").unwrap_or(output);
    let output = output.strip_prefix("\nrunning 0 tests\n").unwrap_or(output);
    let Some(end) = output.rfind("\ntest result: ") else { return output };
    let output = &output[..end];
    let output = output.rfind("\nfailures:\n\nfailures:\n").map_or(output, |end| &output[..end]);
    // In its short form libtest prints a point for a check that passed, and a line for one that failed.
    let output = output.strip_suffix('\n').unwrap_or(output);
    let failed = output.strip_suffix(" --- FAILED").and_then(|output| output.strip_suffix(path));
    failed.or_else(|| output.strip_suffix(['.', 'F'])).unwrap_or(output)
}

/// A folder that goes when it is no longer needed.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = env::temp_dir().join(format!("workbook-{}-{count}", std::process::id()));
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Self(folder)),
            }
        }
    }
}

impl Scratch {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that cannot be removed stays in the system's temporary folder: the system's to clear.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtests_own_lines_are_taken_away() {
        let passed = "\nrunning 1 test\nhello\nno newline.\ntest result: ok. 1 passed; 0 failed\n\n";
        assert_eq!(without_libtest(passed, "checks::ok"), "hello\nno newline");
        let failed = "\nrunning 1 test\nhello\nno newlinechecks::bad --- FAILED\n\nfailures:\n\nfailures:\n    \
                      checks::bad\n\ntest result: FAILED. 0 passed; 1 failed\n\n";
        assert_eq!(without_libtest(failed, "checks::bad"), "hello\nno newline");
        let in_an_attempt = "\nrunning 1 test\na_0::checks::bad --- FAILED\n\nfailures:\n\nfailures:\n    \
                             a_0::checks::bad\n\ntest result: FAILED. 0 passed; 1 failed\n\n";
        assert_eq!(without_libtest(in_an_attempt, "a_0::checks::bad"), "");
        assert_eq!(without_libtest("\nrunning 0 tests\n\ntest result: ok. 0 passed\n\n", "checks::a"), "");
        assert_eq!(without_libtest("\nrunning 1 test\ncut off", "checks::a"), "cut off");
    }
}
