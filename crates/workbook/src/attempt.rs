//! Compiles versions of exercises that are not the learner's file: starters, solutions, traps, and any file for
//! `check --attempt`.
//!
//! Compiling each version as a target of its own would take a second for each. Instead, all versions of a lesson become
//! modules of one test target, `attempts`, in the solutions package: its source includes a file in cargo's folder for
//! temporary files, and this module writes that file. A version is copied there without its line `mod checks;`, and gets
//! one with the whole path of the checks file. Messages name the original files again.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    env,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cargo::{self, Directories, LineTables, Trouble},
    diagnostics::Diagnostic,
    files,
    register::{self, Exercise, Lesson},
    report::{CheckReport, Outcome, Report, State, Verdict},
    run::{self, Job, Limit, Test},
    scratch::Scratch,
    workspace::Workspace,
};

/// What an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Starter,
    Solution,
    /// Another right answer, which the checks must let pass.
    AlsoRight,
    Trap,
    /// Given on the command line.
    File,
}

/// One version of an exercise.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub exercise: Exercise,
    pub kind: Kind,
    pub source: PathBuf,
    /// The source as messages name it.
    pub shown: String,
}

/// An attempt, compiled or rejected.
#[derive(Debug, Clone)]
pub struct Built {
    /// `None`: it does not compile, and `diagnostics` says why.
    pub ready: Option<Ready>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Where the checks of an attempt are.
#[derive(Debug, Clone)]
pub struct Ready {
    executable: PathBuf,
    /// `fan_out_starter::checks`
    module: String,
}

impl Attempt {
    pub fn new(workspace: &Workspace, exercise: &Exercise, kind: Kind, source: PathBuf) -> Self {
        let shown = workspace.shown(&source);
        Self { exercise: exercise.clone(), kind, source, shown }
    }

    /// The name of its module: the same each time, so that cargo finds nothing to do where nothing changed.
    fn module(&self) -> String {
        let kind = match self.kind {
            Kind::Starter => "starter".to_owned(),
            Kind::Solution => "solution".to_owned(),
            Kind::AlsoRight => format!("also_right_{}", stem(&self.source)),
            Kind::Trap => format!("trap_{}", stem(&self.source)),
            Kind::File => "file".to_owned(),
        };
        let name = format!("{}_{kind}", self.exercise.name);
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs an exercise's checks on a file that is not the learner's.
pub fn check_file(job: &Job, exercise: &Exercise, file: &Path) -> Result<Report, Trouble> {
    let attempt = Attempt {
        exercise: exercise.clone(),
        kind: Kind::File,
        source: file.to_owned(),
        shown: file.to_string_lossy().replace('\\', "/"),
    };
    let start = Instant::now();
    let workshop = Workshop::open(job, &exercise.lesson)?;
    let built = workshop.build_alone(&attempt)?;
    let build_time = start.elapsed();
    let mut report = match &built.ready {
        None => run::does_not_compile(exercise.id(), attempt.shown.clone(), run::expected(exercise), built.diagnostics),
        Some(ready) => {
            let start = Instant::now();
            let checks = workshop.run(&attempt, ready, run::cores(), Limit::RealTime)?;
            let mut report = Report::of_checks(exercise.id(), attempt.shown.clone(), checks);
            report.run_time = start.elapsed();
            report.diagnostics = built.diagnostics;
            report
        }
    };
    report.build_time = build_time;
    Ok(report)
}

/// A source without the lines that connect it to its checks. The lines stay, empty, so that places stay right.
pub fn without_checks(source: &str) -> String {
    let mut lines: Vec<&str> = source.lines().collect();
    if let Some(last) = lines.iter().rposition(|line| line.trim() == "mod checks;") {
        let is_attribute =
            |line: &str| line.trim_start().starts_with("#[path") || line.trim_start().starts_with("#[cfg(");
        let above = lines[..last].iter().rev().take_while(|line| is_attribute(line)).count();
        lines[last - above..=last].fill("");
    }
    lines.join("\n") + "\n"
}

/// Where the attempts of one lesson are compiled.
#[derive(Debug)]
pub struct Workshop<'a> {
    job: &'a Job,
    package: String,
    /// The file that the target includes.
    list: PathBuf,
    /// The copies.
    folder: PathBuf,
    lock: PathBuf,
    /// Executables are copied here: the next build overwrites the original.
    scratch: Scratch,
    builds: AtomicUsize,
}

/// The name of the target in the manifests of `solutions/`.
pub const TARGET: &str = "attempts";

impl<'a> Workshop<'a> {
    pub fn open(job: &'a Job, lesson: &str) -> Result<Self, Trouble> {
        let package = Lesson { id: lesson.to_owned(), exercises: Vec::new() }.solutions_package();
        let manifest = job.workspace.root.join("solutions").join(lesson).join("Cargo.toml");
        let targets = register::targets(&manifest).unwrap_or_default();
        if !targets.iter().any(|target| target.name == TARGET) {
            return Err(Trouble::NoAttempts(job.workspace.shown(&manifest)));
        }
        let tmp = Directories::ask(&job.workspace)?.tmp();
        let folder = tmp.join(format!("attempts-{lesson}"));
        fs::create_dir_all(&folder).map_err(Trouble::io(format!("cannot write {}", folder.display())))?;
        Ok(Self {
            job,
            package,
            list: tmp.join(format!("attempts-{lesson}.rs")),
            lock: tmp.join(format!("attempts-{lesson}.lock")),
            folder,
            scratch: Scratch::new().map_err(Trouble::io("no temporary folder can be written"))?,
            builds: AtomicUsize::new(0),
        })
    }

    /// Compiles attempts with one invocation. One that does not compile stops the others: it is found by the file in
    /// which the errors are, and the rest is compiled again without it.
    pub fn build_together(&self, attempts: &[&Attempt]) -> Result<Vec<Built>, Trouble> {
        let _lock = self.lock()?;
        let mut built: Vec<Option<Built>> = vec![None; attempts.len()];
        loop {
            let open: Vec<usize> = (0..attempts.len()).filter(|index| built[*index].is_none()).collect();
            let batch: Vec<&Attempt> = open.iter().map(|index| attempts[*index]).collect();
            if batch.is_empty() {
                break;
            }
            let outcome = self.build(&batch)?;
            let before = open.len();
            for (index, attempt) in open.iter().zip(&batch) {
                let diagnostics = outcome.about(attempt);
                let rejected = diagnostics.iter().any(Diagnostic::is_error);
                if outcome.executable.is_some() || rejected {
                    let ready = outcome.ready(attempt);
                    built[*index] = Some(Built { ready, diagnostics });
                }
            }
            let left = built.iter().filter(|built| built.is_none()).count();
            if left == before {
                // The errors are in files that several attempts share: ask about each alone.
                for index in open {
                    built[index] = Some(self.build_locked(attempts[index])?);
                }
            }
        }
        Ok(built.into_iter().map(|built| built.expect("the loop ends when all are built")).collect())
    }

    /// Compiles one attempt, and hides no error behind another's.
    pub fn build_alone(&self, attempt: &Attempt) -> Result<Built, Trouble> {
        let _lock = self.lock()?;
        self.build_locked(attempt)
    }

    fn build_locked(&self, attempt: &Attempt) -> Result<Built, Trouble> {
        let outcome = self.build(&[attempt])?;
        Ok(Built { ready: outcome.ready(attempt), diagnostics: outcome.diagnostics })
    }

    /// Runs the checks of an attempt.
    pub fn run(
        &self,
        attempt: &Attempt,
        ready: &Ready,
        threads: usize,
        limit: Limit,
    ) -> Result<Vec<CheckReport>, Trouble> {
        let expected = run::expected(&attempt.exercise);
        let folder = attempt.exercise.solutions_folder();
        let test = |check| Test::new(check, &ready.module, &ready.executable, LineTables::Kept, &folder);
        let tests: Vec<Test<'_>> = expected.iter().map(test).collect();
        let explain = || format!("The program ended well, but the check reported no run of {}.", attempt.shown);
        let mut checks = run::run_tests(self.job, &tests, threads, limit, &explain, &|_, _| {})?;
        let names = self.names(&[attempt]);
        for check in &mut checks {
            if let State::Failed(verdict) = &mut check.state {
                rename_verdict(verdict, &names);
            }
            check.output = renamed(&check.output, &names);
        }
        Ok(checks)
    }

    fn build(&self, attempts: &[&Attempt]) -> Result<Outcomes, Trouble> {
        let mut list = String::from("// Written by the runner, for every build anew.\n");
        for attempt in attempts {
            let copy = self.copy(attempt);
            let source =
                fs::read_to_string(&attempt.source).map_err(Trouble::io(format!("cannot read {}", attempt.shown)))?;
            let checks = attempt.exercise.checks_file();
            let text = format!("{}\n#[path = {checks:?}]\nmod checks;\n", without_checks(&source));
            write_if_changed(&copy, &text)?;
            list.push_str(&format!("#[path = {copy:?}]\nmod {};\n", attempt.module()));
        }
        write_if_changed(&self.list, &list)?;
        let (job, lines) = (self.job, LineTables::Kept);
        let build = cargo::build_tests(&job.workspace, &self.package, &[TARGET], lines, &job.cancel, &|_| {})?;
        let executable = match build.executables.get(TARGET) {
            None => None,
            Some(original) => {
                // Each build under its own name: an earlier one may be running.
                let count = self.builds.fetch_add(1, Ordering::SeqCst);
                let copy = self.scratch.path().join(format!("attempts-{count}{}", env::consts::EXE_SUFFIX));
                fs::copy(original, &copy).map_err(Trouble::io("the compiled attempts cannot be copied"))?;
                Some(copy)
            }
        };
        let names = self.names(attempts);
        let diagnostics = build.diagnostics.into_values().flatten().map(|diagnostic| diagnostic.renamed(&names));
        Ok(Outcomes { executable, diagnostics: diagnostics.collect() })
    }

    fn copy(&self, attempt: &Attempt) -> PathBuf {
        self.folder.join(format!("{}.rs", attempt.module()))
    }

    /// From what rustc and the harness call the files to what a person calls them. Whole paths stand before those that are
    /// a part of them.
    fn names(&self, attempts: &[&Attempt]) -> Vec<(String, String)> {
        let mut names = BTreeMap::new();
        for attempt in attempts {
            let checks = attempt.exercise.checks_file();
            for (path, shown) in
                [(self.copy(attempt), attempt.shown.clone()), (checks.clone(), self.job.workspace.shown(&checks))]
            {
                names.insert(self.job.workspace.shown(&path), shown.clone());
                names.insert(path.to_string_lossy().replace('\\', "/"), shown.clone());
                names.insert(path.to_string_lossy().into_owned(), shown);
            }
        }
        let mut names: Vec<(String, String)> = names.into_iter().collect();
        names.sort_by_key(|(from, _)| Reverse(from.len()));
        names
    }

    /// Two graders may work at the same time, each in its own process: one writes and builds, the other waits.
    fn lock(&self) -> Result<File, Trouble> {
        let file = File::create(&self.lock).map_err(Trouble::io(format!("cannot write {}", self.lock.display())))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if self.job.cancel.is_cancelled() => return Err(Trouble::Cancelled),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
                // A disk that knows no locks: then two graders at once are not safe, but one still works.
                Err(TryLockError::Error(_)) => return Ok(file),
            }
        }
    }
}

/// What one build of several attempts came to.
struct Outcomes {
    executable: Option<PathBuf>,
    diagnostics: Vec<Diagnostic>,
}

impl Outcomes {
    fn about(&self, attempt: &Attempt) -> Vec<Diagnostic> {
        let is_about = |diagnostic: &&Diagnostic| diagnostic.file.as_deref() == Some(attempt.shown.as_str());
        self.diagnostics.iter().filter(is_about).cloned().collect()
    }

    fn ready(&self, attempt: &Attempt) -> Option<Ready> {
        let executable = self.executable.clone()?;
        Some(Ready { executable, module: format!("{}::checks", attempt.module()) })
    }
}

/// A file with the same content keeps its time, so that cargo sees no change.
fn write_if_changed(path: &Path, text: &str) -> Result<(), Trouble> {
    if fs::read(path).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(());
    }
    files::replace_soon(path, text.as_bytes()).map_err(Trouble::io(format!("cannot write {}", path.display())))
}

fn renamed(text: &str, names: &[(String, String)]) -> String {
    names.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn rename_verdict(verdict: &mut Verdict, names: &[(String, String)]) {
    verdict.headline = renamed(&verdict.headline, names);
    verdict.text = renamed(&verdict.text, names);
    verdict.place = verdict.place.take().map(|place| renamed(&place, names));
}

/// The outcome of an attempt whose checks were run one after another.
pub fn outcome(checks: &[CheckReport]) -> (Outcome, Option<&CheckReport>) {
    let failed = checks.iter().find(|check| check.verdict().is_some());
    match failed {
        Some(check) => (check.verdict().map_or(Outcome::Wrong, |verdict| verdict.outcome), failed),
        None if !checks.is_empty() && checks.iter().all(|check| check.state == State::Passed) => {
            (Outcome::Passed, None)
        }
        None => (Outcome::Tampered, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_that_connect_to_the_checks_go_and_places_stay() {
        let source = "fn a() {}\n\n#[cfg(not(rust_analyzer))]\n#[path = \"../../checks/a.rs\"]\nmod checks;\n";
        assert_eq!(without_checks(source), "fn a() {}\n\n\n\n\n");
        assert_eq!(without_checks("fn a() {}\n#[path = \"checks/a.rs\"]\nmod checks;"), "fn a() {}\n\n\n");
        assert_eq!(without_checks("#[path = \"x\"]\nmod other;\n"), "#[path = \"x\"]\nmod other;\n");
        assert_eq!(without_checks(""), "\n");
    }
}
