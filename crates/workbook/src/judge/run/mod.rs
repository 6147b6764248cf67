//! Runs the checks of an exercise, each in a process of its own, and gathers what they report.

mod gather;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use verdict::variables;

use crate::{
    catalogue::{
        checks::{self, Check},
        register::{Exercise, Lesson},
        workspace::Workspace,
    },
    files,
    judge::{
        cargo::{self, Build, BuildStep, LineTables, NoVerdict, Target},
        diagnostics::{self, Diagnostic},
        fresh,
        process::{self, Cancel},
        report::{CheckReport, Outcome, Report, Verdict},
        scratch::Scratch,
    },
};

/// The harness ends a process after two seconds of real time. This is for a process that keeps it from doing so.
const LIMIT: Duration = Duration::from_secs(30);

/// How often an exercise is built that another cargo builds at the same time.
const TRIES: usize = 3;

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
    let mut reports = build_and_judge_again(job, exercises, LineTables::LeftOut, on_event)?;
    let (hung, again): (Vec<&mut Report>, Vec<&Exercise>) =
        reports.iter_mut().zip(exercises).filter(|(report, _)| report.misses_a_place()).unzip();
    for (report, with_lines) in hung.into_iter().zip(build_and_judge_again(job, &again, LineTables::Kept, on_event)?) {
        *report = Report { build_time: report.build_time + with_lines.build_time, ..with_lines };
    }
    Ok(reports)
}

/// As [`build_and_judge`], and once more where another cargo has replaced the program between its build and its run.
fn build_and_judge_again(
    job: &Job,
    exercises: &[&Exercise],
    lines: LineTables,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Report>, NoVerdict> {
    for _ in 1..TRIES {
        match build_and_judge(job, exercises, lines, on_event) {
            Err(NoVerdict::Replaced) => {}
            done => return done,
        }
    }
    build_and_judge(job, exercises, lines, on_event)
}

fn build_and_judge(
    job: &Job,
    exercises: &[&Exercise],
    lines: LineTables,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Vec<Report>, NoVerdict> {
    let Some(first) = exercises.first() else { return Ok(Vec::new()) };
    let start = Instant::now();
    fresh::bring_back_from_the_future(&job.workspace, &first.lesson);
    let on_step = |step| on_event(Event::Building(step));
    // A file that is saved while it is compiled is compiled again: nobody knows which of the two the compiler has read.
    let mut digests = digests_of(exercises);
    let build = loop {
        let package = first.package();
        let build = cargo::build_tests(&job.workspace, &package, &digests, lines, &job.cancel, &on_step)?;
        let now = digests_of(exercises);
        if now == digests {
            break build;
        }
        digests = now;
    };
    let build_time = start.elapsed();
    let reports = exercises.iter().zip(&digests).map(|(exercise, target)| {
        let mut report = judge(job, exercise, &build, &target.digest, lines, on_event)?;
        report.build_time = build_time;
        Ok(report)
    });
    reports.collect()
}

/// The checks that an exercise must pass, to show them. None, if its checks file cannot be read.
pub fn expected(exercise: &Exercise) -> Vec<Check> {
    checks::parse(&fs::read_to_string(exercise.checks_file()).unwrap_or_default())
}

/// The checks that an exercise must pass, to judge it. None, if its checks file is gone.
pub fn read_checks(workspace: &Workspace, exercise: &Exercise) -> Result<Vec<Check>, NoVerdict> {
    Ok(checks::parse(&read(workspace, &exercise.checks_file())?))
}

/// A file that tells whether checks are gone; empty, if it is gone itself. One that cannot be read tells nothing: neither that
/// they are gone nor that they are there.
fn read(workspace: &Workspace, path: &Path) -> Result<String, NoVerdict> {
    let content = files::read_if_there(path);
    let content = content.map_err(NoVerdict::io(format!("cannot read {}", workspace.shown(path))))?;
    Ok(String::from_utf8_lossy(&content.unwrap_or_default()).into_owned())
}

/// Each exercise as a target, with a digest of what is compiled: the learner's file and the checks.
fn digests_of(exercises: &[&Exercise]) -> Vec<Target> {
    let read = |path: &Path| fs::read(path).unwrap_or_default();
    let target = |exercise: &&Exercise| {
        let digest = fresh::digest(&[&read(&exercise.file()), &read(&exercise.checks_file())]);
        Target { name: exercise.name.clone(), digest, list: None }
    };
    exercises.iter().map(target).collect()
}

fn judge(
    job: &Job,
    exercise: &Exercise,
    build: &Build,
    digest: &str,
    lines: LineTables,
    on_event: &(dyn Fn(Event) + Sync),
) -> Result<Report, NoVerdict> {
    let shown = job.workspace.shown(&exercise.file());
    let expected = read_checks(&job.workspace, exercise)?;
    let diagnostics = build.diagnostics.get(&exercise.name).cloned().unwrap_or_default();
    let Some(executable) = build.executables.get(&exercise.name) else {
        return Ok(does_not_compile(exercise.id(), shown.clone(), &shown, expected, diagnostics));
    };
    if expected.is_empty() {
        let text =
            format!("{} holds no check. Restore it: git restore {0}", job.workspace.shown(&exercise.checks_file()));
        let verdict = Verdict::new(Outcome::Tampered, "the checks of this exercise are gone", text);
        return Ok(Report::without_run(exercise.id(), shown, expected, verdict));
    }
    let list = read(&job.workspace, &Lesson::checks_list(&job.workspace, &exercise.lesson))?;
    let missing: Vec<&str> = checks::listed(&list, &exercise.name)
        .unwrap_or_default()
        .into_iter()
        .filter(|name| !expected.iter().any(|check| check.name == *name))
        .collect();
    if !missing.is_empty() {
        let file = job.workspace.shown(&exercise.checks_file());
        let text = format!(
            "{file} lacks {}.\nRestore it: git restore {file}\nIf you are its author: `cargo workbook verify {}` \
             writes the list of checks anew.",
            missing.join(", "),
            exercise.id()
        );
        let verdict = Verdict::new(Outcome::Tampered, "checks of this exercise are gone", text);
        return Ok(Report::without_run(exercise.id(), shown, expected, verdict));
    }
    let (folder, file) = (exercise.folder(), exercise.checks_file());
    let program = Program {
        module: "checks",
        executable,
        digest,
        lines,
        folder: &folder,
        checks: &file,
        root: &job.workspace.root,
    };
    let tests: Vec<Test<'_>> = expected.iter().map(|check| Test::new(check, program)).collect();
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

/// The report on code that rustc rejects. `file` is what was checked, and `written` the file that was written by hand, as
/// diagnostics name it: without the line at which one attempt of many begins.
pub fn does_not_compile(
    id: String,
    file: String,
    written: &str,
    expected: Vec<Check>,
    mut diagnostics: Vec<Diagnostic>,
) -> Report {
    diagnostics::sort(&mut diagnostics, written);
    let errors: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    let first = errors.first();
    let headline = first.map_or_else(|| "rustc gave no reason".to_owned(), |error| error.message.clone());
    let place = first.and_then(|error| error.place());
    let text: String = errors.iter().map(|error| error.rendered.as_str()).collect::<Vec<_>>().join("\n");
    let mut verdict = Verdict::new(Outcome::DoesNotCompile, headline, text.trim_end());
    verdict.place = place;
    let mut report = Report::without_run(id, file, expected, verdict);
    report.diagnostics = diagnostics;
    report
}

/// A test program with the checks of one version of an exercise.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// `checks`, the module in which the checks are.
    pub module: &'a str,
    pub executable: &'a Path,
    /// Of what it was compiled from.
    pub digest: &'a str,
    /// What it was compiled with.
    pub lines: LineTables,
    /// The folder to run in: that of the package, as under `cargo test`.
    pub folder: &'a Path,
    /// The file that the checks must be from.
    pub checks: &'a Path,
    /// What paths in the reports begin at.
    pub root: &'a Path,
}

/// One check of a program.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    pub check: &'a Check,
    /// `checks::is_fast`, the name by which libtest knows it.
    pub path: String,
    program: Program<'a>,
}

impl<'a> Test<'a> {
    pub fn new(check: &'a Check, program: Program<'a>) -> Self {
        Self { check, path: format!("{}::{}", program.module, check.name), program }
    }

    /// Whether a check that stands in this file is one of the exercise's, and not one that the learner wrote.
    fn is_checks_file(&self, file: &str) -> bool {
        let real = |path: &Path| path.canonicalize();
        matches!((real(&self.program.root.join(file)), real(self.program.checks)), (Ok(file), Ok(checks)) if file == checks)
    }
}

/// When later checks are not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Once one has failed in a way that took real time: each later check would take its seconds, too.
    RealTime,
    /// Once one has failed.
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
    // No check after this one is wanted. Those before it have begun already, and may move it forward.
    let last = AtomicUsize::new(usize::MAX);
    let work = || {
        while !job.cancel.is_cancelled() {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let is_unwanted = || index > last.load(Ordering::SeqCst);
            let Some(test) = tests.get(index).filter(|_| !is_unwanted()) else { return };
            match run_test(job, test, &scratch.path().join(index.to_string()), &is_unwanted, explain) {
                Ok(_) if is_unwanted() => {}
                Ok(report) => {
                    if report.verdict().is_some_and(|verdict| limit.is_reached(verdict.outcome)) {
                        last.fetch_min(index, Ordering::SeqCst);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(report.clone());
                    on_checked(index, report);
                }
                Err(error) => {
                    last.store(0, Ordering::SeqCst);
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
        return Err(error);
    }
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Some later ones may have ended before the decision. Which ones depends on the machine; a report must not.
    if let Some(unwanted) = results.get_mut(last.into_inner().saturating_add(1)..) {
        unwanted.fill(None);
    }
    let or_not_run = |(report, test): (Option<CheckReport>, &Test<'_>)| {
        report.unwrap_or_else(|| CheckReport::not_run(test.check.clone()))
    };
    Ok(results.into_iter().zip(tests).map(or_not_run).collect())
}

/// As many checks run at once as there are processors.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

fn run_test(
    job: &Job,
    test: &Test<'_>,
    report: &Path,
    is_unwanted: &dyn Fn() -> bool,
    explain: &(dyn Fn() -> String + Sync),
) -> Result<CheckReport, NoVerdict> {
    let mut command = Command::new(test.program.executable);
    command.args(["--exact", &test.path, "--nocapture", "-q"]);
    command.current_dir(test.program.folder);
    command.env(variables::REPORT, report);
    command.env(variables::CHECK, format!("checks::{}", test.check.name));
    command.env(variables::WIDTH, job.width.to_string());
    if job.ascii {
        command.env(variables::ASCII, "1");
    } else {
        command.env_remove(variables::ASCII);
    }
    // A backtrace that can show no line of the learner's is not worth the time.
    match test.program.lines {
        LineTables::Kept => command.env_remove(variables::NO_LINES),
        LineTables::LeftOut => command.env(variables::NO_LINES, "1"),
    };
    // A backtrace through the harness and tokio hides the line that matters, which the verdict names.
    command.env("RUST_BACKTRACE", "0");
    for name in ["RUST_TEST_THREADS", "RUST_TEST_NOCAPTURE", "RUST_TEST_SHUFFLE", "RUST_LIB_BACKTRACE"] {
        command.env_remove(name);
    }
    let ended = process::run(&mut command, &job.cancel, LIMIT, is_unwanted)
        .map_err(NoVerdict::io("the checks cannot be run"))?;
    let records = files::read_if_there(report).map_err(NoVerdict::io("the report of a check cannot be read"))?;
    // A process that dies may leave half of a letter behind.
    let records = String::from_utf8_lossy(&records.unwrap_or_default()).into_owned();
    gather::gather(test, &ended, &records, explain)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Runs checks of a program that is a shell script.
    fn run_script(folder: &Path, script: &str, names: &[&str]) -> Result<Vec<CheckReport>, NoVerdict> {
        let executable = folder.join("checks.sh");
        fs::write(&executable, script).expect("the folder can be written");
        fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).expect("it is ours");
        let check = |name: &&str| Check { name: (*name).to_owned(), about: None, line: 1 };
        let checks: Vec<Check> = names.iter().map(check).collect();
        let program = Program {
            module: "checks",
            executable: &executable,
            digest: "d",
            lines: LineTables::Kept,
            folder,
            checks: &executable,
            root: folder,
        };
        let tests: Vec<Test<'_>> = checks.iter().map(|check| Test::new(check, program)).collect();
        let workspace = Workspace { root: folder.to_owned() };
        let job = Job { workspace, width: 80, ascii: false, cancel: Cancel::default() };
        run_tests(&job, &tests, 2, Limit::RealTime, &String::new, &|_, _| {})
    }

    /// A check that blocks takes two seconds. A third one, begun when the second ends, would take two more.
    #[test]
    fn after_a_check_that_took_real_time_none_begins() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let verdict =
            r#"{"check":"NAME","attempt":"d","record":"verdict","outcome":"blocked","headline":"","text":""}"#;
        let script = format!(
            "#!/bin/sh\nname=${{2#checks::}}\ntouch \"begun_$name\"\nif [ $name = one ]; then sleep 0.2; fi\n\
             echo '{verdict}' | sed \"s/NAME/$name/\" >> \"$WORKBOOK_REPORT\"\nexit 101\n"
        );
        let reports = run_script(folder.path(), &script, &["one", "two", "three", "four"]).expect("sh runs");
        assert_eq!(reports[0].verdict().map(|verdict| verdict.outcome), Some(Outcome::Blocked));
        assert!(reports[1..].iter().all(|report| report.verdict().is_none()), "{reports:?}");
        assert!(!folder.path().join("begun_three").exists() && !folder.path().join("begun_four").exists());
    }

    /// The harness passes on what the learner's code panics with, and the screen is drawn with it.
    #[test]
    fn what_a_check_says_moves_no_cursor() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let words = r"a\u001b[2Jb\rc\td\u001b]0;no end\n  why";
        let parts = format!(r#"[{{"name":"saw","words":"{words}"}}]"#);
        let verdict = format!(
            r#"{{"check":"one","attempt":"d","record":"verdict","outcome":"wrong","headline":"{words}","text":"{words}","parts":{parts}}}"#
        );
        let open = format!(r#"{{"check":"two","attempt":"d","record":"not judged","why":"{words}"}}"#);
        fs::write(folder.path().join("records"), format!("{verdict}\n{open}\n")).expect("the folder can be written");
        let script = "#!/bin/sh\ncat records >> \"$WORKBOOK_REPORT\"\nexit 101\n";
        let reports = run_script(folder.path(), script, &["one", "two"]).expect("sh runs");
        let verdict = reports[0].verdict().expect("it failed");
        let shown = "abc    d\n  why";
        assert_eq!((verdict.headline.as_str(), verdict.text.as_str()), (shown, shown));
        assert_eq!(verdict.parts[0].words, shown);
        assert_eq!(reports[1].not_judged(), Some(shown));
    }

    #[test]
    fn a_report_about_another_build_is_no_verdict() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let finished = r#"{"check":"one","attempt":"another","record":"finished","file":"checks.sh"}"#;
        let script = format!("#!/bin/sh\necho '{finished}' >> \"$WORKBOOK_REPORT\"\n");
        assert!(matches!(run_script(folder.path(), &script, &["one"]), Err(NoVerdict::Replaced)));
    }

    #[test]
    fn a_report_that_cannot_be_read_is_no_verdict() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = "#!/bin/sh\nmkdir \"$WORKBOOK_REPORT\"\n";
        let ran = run_script(folder.path(), script, &["one"]);
        assert!(matches!(&ran, Err(NoVerdict::Io { what, .. }) if what.contains("report")), "{ran:?}");
    }

    /// The process died in the middle of a letter. What it had written before counts.
    #[test]
    fn a_report_that_was_cut_off_counts_as_far_as_it_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let verdict = r#"{"check":"one","attempt":"d","record":"verdict","outcome":"blocked","headline":"","text":""}"#;
        let script = format!("#!/bin/sh\nprintf '%s\\n\\342\\202' '{verdict}' >> \"$WORKBOOK_REPORT\"\nexit 101\n");
        let reports = run_script(folder.path(), &script, &["one"]).expect("sh runs");
        assert_eq!(reports[0].verdict().map(|verdict| verdict.outcome), Some(Outcome::Blocked));
    }
}
