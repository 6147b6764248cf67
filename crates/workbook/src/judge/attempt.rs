//! Compiles versions of exercises that are not the learner's file: starters, solutions, traps, and any file for
//! `check --attempt`.
//!
//! Compiling each version as a target of its own would take a second for each. Instead, all versions of a lesson become
//! modules of one test target, `attempts`, in the solutions package: its source includes a file that this module writes, in
//! cargo's folder for temporary files. A version is copied there without its line `mod checks;`, and gets a copy of the
//! checks of its own, so that an error in them is told of the version that causes it. Messages name the original files
//! again. A file from the command line is compiled alone, as the root of the crate that it is.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    env,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    slice,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    catalogue::{
        header::Header,
        overlay::{self, Variant},
        register::{self, Exercise, Lesson},
        select::NoSuch,
        workspace::Workspace,
    },
    files,
    judge::{
        cargo::{self, Directories, LineTables, NoVerdict, Target},
        diagnostics::Diagnostic,
        fresh,
        report::{CheckReport, Outcome, Report, State, Verdict},
        run::{self, Job, Limit, Program, Test},
        scratch::Scratch,
    },
    text,
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
    pub source: Source,
    /// The file that holds it, as messages name it.
    pub shown: String,
}

/// Where the text of an attempt stands.
#[derive(Debug, Clone)]
pub enum Source {
    File(PathBuf),
    /// In a catalogue, as what it changes in the solution.
    Variant {
        catalogue: PathBuf,
        /// What it held when the variant was found in it: an author may save it at any moment.
        text: Arc<str>,
        variant: Box<Variant>,
    },
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
    /// Of all that was compiled with it.
    digest: String,
}

impl Attempt {
    /// A file that holds all of it.
    pub fn file(workspace: &Workspace, exercise: &Exercise, kind: Kind, path: PathBuf) -> Self {
        let shown = workspace.shown(&path);
        Self { exercise: exercise.clone(), kind, source: Source::File(path), shown }
    }

    /// A file that a person names, shown as it was typed.
    pub fn named(exercise: &Exercise, path: &Path) -> Self {
        let shown = path.to_string_lossy().replace('\\', "/");
        Self { exercise: exercise.clone(), kind: Kind::File, source: Source::File(path.to_owned()), shown }
    }

    /// The trap of this name.
    pub fn trap(workspace: &Workspace, exercise: &Exercise, name: &str) -> Result<Self, NoSuch> {
        let traps = Self::catalogue(workspace, exercise, Kind::Trap);
        let names = || traps.iter().filter_map(Attempt::name);
        if let Some(trap) = traps.iter().find(|trap| trap.name() == Some(name)) {
            return Ok(trap.clone());
        }
        let id = exercise.id();
        let suggestion =
            text::nearest(name, names()).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        let known: Vec<&str> = names().collect();
        Err(NoSuch(format!("{id} has no trap `{name}`.{suggestion}\nIts traps: {}", known.join(", "))))
    }

    /// The attempts of a catalogue; none, where there is no such file.
    pub fn catalogue(workspace: &Workspace, exercise: &Exercise, kind: Kind) -> Vec<Self> {
        let catalogue = if kind == Kind::Trap { exercise.traps_file() } else { exercise.also_right_file() };
        let shown = workspace.shown(&catalogue);
        let text: Arc<str> = fs::read_to_string(&catalogue).unwrap_or_default().into();
        let variants = overlay::variants(&text);
        let to_attempt = |variant| Self {
            exercise: exercise.clone(),
            kind,
            source: Source::Variant { catalogue: catalogue.clone(), text: text.clone(), variant: Box::new(variant) },
            shown: shown.clone(),
        };
        variants.into_iter().map(to_attempt).collect()
    }

    pub fn header(&self) -> Header {
        match &self.source {
            Source::File(path) => Header::parse(&fs::read_to_string(path).unwrap_or_default()),
            Source::Variant { variant, .. } => variant.header.clone(),
        }
    }

    /// Its name in the catalogue.
    pub fn name(&self) -> Option<&str> {
        match &self.source {
            Source::File(_) => None,
            Source::Variant { variant, .. } => Some(&variant.name),
        }
    }

    /// The file, and in a catalogue the line at which it begins: `solutions/03-join/traps/fan_out.rs:8`.
    pub fn place(&self) -> String {
        match &self.source {
            Source::File(_) => self.shown.clone(),
            Source::Variant { variant, .. } => format!("{}:{}", self.shown, variant.line),
        }
    }

    /// The name of its module: the same each time, so that cargo finds nothing to do where nothing changed.
    fn module(&self) -> String {
        let kind = match self.kind {
            Kind::Starter => "starter",
            Kind::Solution => "solution",
            Kind::AlsoRight => "also_right",
            Kind::Trap => "trap",
            Kind::File => "file",
        };
        let name = self.name().map(|name| format!("_{name}")).unwrap_or_default();
        format!("{}_{kind}{name}", self.exercise.name)
    }
}

/// Runs an exercise's checks on an attempt alone.
pub fn check(job: &Job, attempt: &Attempt) -> Result<Report, NoVerdict> {
    let exercise = &attempt.exercise;
    let start = Instant::now();
    let target = AttemptsTarget::open(job, &exercise.lesson)?;
    let built = target.build_alone(attempt)?;
    let build_time = start.elapsed();
    let mut report = match &built.ready {
        None => {
            let expected = run::read_checks(&job.workspace, exercise)?;
            run::does_not_compile(exercise.id(), attempt.place(), &attempt.shown, expected, built.diagnostics)
        }
        Some(ready) => {
            let start = Instant::now();
            let checks = target.run(attempt, ready, run::cores(), Limit::RealTime)?;
            let mut report = Report::of_checks(exercise.id(), attempt.place(), checks);
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
    let is_connection = |line: &&str| line.split("//").next().unwrap_or_default().trim() == "mod checks;";
    if let Some(last) = lines.iter().rposition(is_connection) {
        let is_attribute =
            |line: &str| line.trim_start().starts_with("#[path") || line.trim_start().starts_with("#[cfg(");
        let above = lines[..last].iter().rev().take_while(|line| is_attribute(line)).count();
        lines[last - above..=last].fill("");
    }
    lines.join("\n") + "\n"
}

/// Where the attempts of one lesson are compiled.
#[derive(Debug)]
pub struct AttemptsTarget<'a> {
    job: &'a Job,
    package: String,
    /// The file that the target includes.
    list: PathBuf,
    /// The copies.
    folder: PathBuf,
    lock: PathBuf,
    /// Executables are copied here: the next build overwrites the original. Not in the system's folder for temporary files,
    /// from which many servers let no program run.
    scratch: Scratch,
    builds: AtomicUsize,
}

/// The name of the target in the manifests of `solutions/`.
pub const TARGET: &str = "attempts";

impl<'a> AttemptsTarget<'a> {
    pub fn open(job: &'a Job, lesson: &str) -> Result<Self, NoVerdict> {
        let package = Lesson { id: lesson.to_owned(), exercises: Vec::new() }.solutions_package();
        let manifest = job.workspace.root.join("solutions").join(lesson).join("Cargo.toml");
        let targets = register::targets(&manifest).unwrap_or_default();
        if !targets.iter().any(|target| target.name == TARGET) {
            return Err(NoVerdict::NoAttempts(job.workspace.shown(&manifest)));
        }
        let tmp = Directories::ask(&job.workspace)?.tmp();
        let folder = tmp.join(format!("attempts-{lesson}"));
        fs::create_dir_all(&folder).map_err(NoVerdict::io(format!("cannot write {}", folder.display())))?;
        Ok(Self {
            job,
            list: tmp.join(format!("{package}-attempts.rs")),
            lock: tmp.join(format!("attempts-{lesson}.lock")),
            folder,
            package,
            scratch: Scratch::within(&tmp).map_err(NoVerdict::io(format!("cannot write {}", tmp.display())))?,
            builds: AtomicUsize::new(0),
        })
    }

    /// Compiles attempts with one invocation. One that does not compile stops the others: it is found by the file in
    /// which the errors are, and the rest is compiled again without it.
    pub fn build_together(&self, attempts: &[&Attempt]) -> Result<Vec<Built>, NoVerdict> {
        let _lock = self.lock()?;
        let mut built: Vec<Option<Built>> = vec![None; attempts.len()];
        loop {
            let open: Vec<usize> = (0..attempts.len()).filter(|index| built[*index].is_none()).collect();
            let batch: Vec<&Attempt> = open.iter().map(|index| attempts[*index]).collect();
            if batch.is_empty() {
                break;
            }
            let outcome = self.build(&batch, Form::Modules)?;
            for (index, attempt) in open.iter().zip(&batch) {
                let diagnostics = self.about(&outcome, attempt);
                let rejected = diagnostics.iter().any(Diagnostic::is_error);
                if outcome.executable.is_some() || rejected {
                    let ready = outcome.ready(format!("{}::checks", attempt.module()));
                    built[*index] = Some(Built { ready, diagnostics });
                }
            }
            let left = built.iter().filter(|built| built.is_none()).count();
            if left == open.len() {
                // The errors are in files that are no attempt's: ask about each alone.
                for index in open {
                    built[index] = Some(self.build_locked(attempts[index])?);
                }
            }
        }
        Ok(built.into_iter().map(|built| built.expect("the loop ends when all are built")).collect())
    }

    /// Compiles one attempt, and hides no error behind another's.
    pub fn build_alone(&self, attempt: &Attempt) -> Result<Built, NoVerdict> {
        let _lock = self.lock()?;
        self.build_locked(attempt)
    }

    fn build_locked(&self, attempt: &Attempt) -> Result<Built, NoVerdict> {
        let outcome = self.build(&[attempt], Form::Crate)?;
        let names = self.names(attempt);
        let diagnostics = outcome.diagnostics.iter().map(|diagnostic| diagnostic.clone().renamed(&names)).collect();
        Ok(Built { ready: outcome.ready("checks".to_owned()), diagnostics })
    }

    /// What the compiler said of an attempt's files, with their real names.
    fn about(&self, outcome: &Outcomes, attempt: &Attempt) -> Vec<Diagnostic> {
        let names = self.names(attempt);
        let is_about = |diagnostic: &&Diagnostic| {
            let file = diagnostic.file.as_deref();
            file.is_some_and(|file| names.iter().any(|(compiled, _)| compiled == file))
        };
        outcome.diagnostics.iter().filter(is_about).map(|diagnostic| diagnostic.clone().renamed(&names)).collect()
    }

    /// Runs the checks of an attempt.
    pub fn run(
        &self,
        attempt: &Attempt,
        ready: &Ready,
        threads: usize,
        limit: Limit,
    ) -> Result<Vec<CheckReport>, NoVerdict> {
        let expected = run::read_checks(&self.job.workspace, &attempt.exercise)?;
        let (folder, files) = (attempt.exercise.solutions_folder(), self.files(attempt));
        let program = Program {
            module: &ready.module,
            executable: &ready.executable,
            digest: &ready.digest,
            lines: LineTables::Kept,
            folder: &folder,
            checks: &files.checks,
            root: &self.job.workspace.root,
        };
        let tests: Vec<Test<'_>> = expected.iter().map(|check| Test::new(check, program)).collect();
        let explain = || format!("The program ended well, but the check reported no run of {}.", attempt.shown);
        let mut checks = run::run_tests(self.job, &tests, threads, limit, &explain, &|_, _| {})?;
        let names = self.names(attempt);
        for check in &mut checks {
            if let State::Failed(verdict) = &mut check.state {
                rename_verdict(verdict, &names);
            }
            check.output = renamed(&check.output, &names);
        }
        Ok(checks)
    }

    fn build(&self, attempts: &[&Attempt], form: Form) -> Result<Outcomes, NoVerdict> {
        let mut list = String::from("// Written by the runner, for every build anew.\n");
        let mut contents = Vec::new();
        for attempt in attempts {
            let files = self.write(attempt, form, &mut contents)?;
            match form {
                Form::Modules => list.push_str(&format!("#[path = {:?}]\nmod {};\n", files.own, attempt.module())),
                Form::Crate => {
                    list = format!("include!({:?});\n#[path = {:?}]\nmod checks;\n", files.own, files.checks)
                }
            }
        }
        write_if_changed(&self.list, &list, &mut contents)?;
        let contents: Vec<&[u8]> = contents.iter().map(String::as_bytes).collect();
        let digest = fresh::digest(&contents);
        let target = Target { name: TARGET.to_owned(), digest, list: Some(self.list.clone()) };
        let (job, lines) = (self.job, LineTables::Kept);
        let build =
            cargo::build_tests(&job.workspace, &self.package, slice::from_ref(&target), lines, &job.cancel, &|_| {})?;
        let executable = match build.executables.get(TARGET) {
            None => None,
            Some(original) => {
                // Each build under its own name: an earlier one may be running.
                let count = self.builds.fetch_add(1, Ordering::SeqCst);
                let copy = self.scratch.path().join(format!("attempts-{count}{}", env::consts::EXE_SUFFIX));
                fs::copy(original, &copy).map_err(NoVerdict::io("the compiled attempts cannot be copied"))?;
                Some(copy)
            }
        };
        Ok(Outcomes {
            executable,
            digest: target.digest,
            diagnostics: build.diagnostics.into_values().flatten().collect(),
        })
    }

    /// Writes the files in which an attempt is compiled.
    fn write(&self, attempt: &Attempt, form: Form, contents: &mut Vec<String>) -> Result<Files, NoVerdict> {
        let files = self.files(attempt);
        let read = |path: &Path| {
            // The compiler takes off the mark that some editors begin a file with. Here it would hide what stands behind it.
            let text = fs::read_to_string(path).map(|text| text.trim_start_matches('\u{feff}').to_owned());
            text.map_err(NoVerdict::io(format!("cannot read {}", self.job.workspace.shown(path))))
        };
        let own = match &attempt.source {
            Source::File(path) => without_checks(&read(path)?),
            Source::Variant { text, variant, .. } => {
                let solution = without_checks(&read(&attempt.exercise.solution_file())?);
                let laid = overlay::lay(&solution, text, variant);
                write_if_changed(&files.rest, &laid.rest, contents)?;
                // The first line of a catalogue is never an attempt's.
                format!("include!({:?});{}", files.rest, laid.own)
            }
        };
        let own = match form {
            Form::Modules => format!("{own}\n#[path = {:?}]\nmod checks;\n", files.checks),
            Form::Crate => without_inner(&own),
        };
        write_if_changed(&files.own, &own, contents)?;
        write_if_changed(&files.checks, &read(&attempt.exercise.checks_file())?, contents)?;
        Ok(files)
    }

    fn files(&self, attempt: &Attempt) -> Files {
        let file = |extension| self.folder.join(format!("{}.{extension}", attempt.module()));
        Files { own: file("rs"), rest: file("solution.rs"), checks: file("checks.rs") }
    }

    /// From what rustc and the harness call the files to what a person calls them. Whole paths stand before those that are
    /// a part of them.
    fn names(&self, attempt: &Attempt) -> Vec<(String, String)> {
        let mut names = BTreeMap::new();
        let files = self.files(attempt);
        let shown = |path: &Path| self.job.workspace.shown(path);
        for (path, shown_as) in [
            (files.own, attempt.shown.clone()),
            (files.rest, shown(&attempt.exercise.solution_file())),
            (files.checks, shown(&attempt.exercise.checks_file())),
            // What stands around a file that is compiled alone.
            (self.list.clone(), attempt.shown.clone()),
        ] {
            names.insert(shown(&path), shown_as.clone());
            names.insert(path.to_string_lossy().replace('\\', "/"), shown_as.clone());
            names.insert(path.to_string_lossy().into_owned(), shown_as);
        }
        let mut names: Vec<(String, String)> = names.into_iter().collect();
        names.sort_by_key(|(from, _)| Reverse(from.len()));
        names
    }

    /// Two graders may work at the same time, each in its own process: one writes and builds, the other waits.
    fn lock(&self) -> Result<File, NoVerdict> {
        let file = File::create(&self.lock).map_err(NoVerdict::io(format!("cannot write {}", self.lock.display())))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if self.job.cancel.is_cancelled() => return Err(NoVerdict::Cancelled),
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
    digest: String,
    diagnostics: Vec<Diagnostic>,
}

impl Outcomes {
    fn ready(&self, module: String) -> Option<Ready> {
        Some(Ready { executable: self.executable.clone()?, module, digest: self.digest.clone() })
    }
}

/// How attempts become a crate.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Each is a module.
    Modules,
    /// The only one is the crate: its `crate::` is the root.
    Crate,
}

/// In which files an attempt is compiled.
struct Files {
    own: PathBuf,
    /// What is left of the solution.
    rest: PathBuf,
    checks: PathBuf,
}

/// What describes a whole file may not stand in one that is included. The lines stay, empty.
fn without_inner(source: &str) -> String {
    let mut left = String::with_capacity(source.len());
    let mut rest = source;
    // It stands at the top, between white space and comments. The first item ends it.
    while let Some((length, is_inner)) = piece_of_a_head(rest) {
        let (piece, after) = rest.split_at(length);
        if is_inner {
            left.extend(piece.chars().map(|letter| if letter == '\n' { letter } else { ' ' }));
        } else {
            left.push_str(piece);
        }
        rest = after;
    }
    left + rest
}

/// The length of what a source begins with, and whether it describes the whole file. `None` at the first item, and at the end.
fn piece_of_a_head(source: &str) -> Option<(usize, bool)> {
    let white = source.len() - source.trim_start().len();
    if white > 0 {
        return Some((white, false));
    }
    if source.starts_with("//") {
        let is_outer = source.starts_with("///") && !source.starts_with("////");
        let length = source.find('\n').unwrap_or(source.len());
        return (!is_outer).then_some((length, source.starts_with("//!")));
    }
    if source.starts_with("/*") {
        let is_outer = source.starts_with("/**") && !source.starts_with("/***") && !source.starts_with("/**/");
        return (!is_outer).then_some((length_of_comment(source)?, source.starts_with("/*!")));
    }
    if source.starts_with("#![") { Some((length_of_attribute(source)?, true)) } else { None }
}

/// From `/*` to the `*/` that belongs to it: comments may stand in comments.
fn length_of_comment(source: &str) -> Option<usize> {
    let mut open = 0;
    let mut at = 0;
    while at < source.len() {
        let step = match source.as_bytes().get(at..at + 2) {
            Some(b"/*") => {
                open += 1;
                2
            }
            Some(b"*/") => {
                open -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// From `#![` to the bracket that closes it. Brackets in a string are none.
fn length_of_attribute(source: &str) -> Option<usize> {
    let (mut open, mut is_string, mut is_escaped) = (0, false, false);
    for (at, letter) in source.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_string => is_escaped = true,
            '"' => is_string = !is_string,
            '[' if !is_string => open += 1,
            ']' if !is_string => {
                open -= 1;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// A file with the same content keeps its time, so that cargo sees no change. Notes what is in it.
fn write_if_changed(path: &Path, text: &str, contents: &mut Vec<String>) -> Result<(), NoVerdict> {
    contents.push(text.to_owned());
    if fs::read(path).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(());
    }
    files::replace_soon(path, text.as_bytes()).map_err(NoVerdict::io(format!("cannot write {}", path.display())))
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

    #[test]
    fn what_describes_a_whole_file_goes_and_places_stay() {
        let source = "//! # Greet\n\n// A note.\n/*! More,\n /* with more */ */ #![allow(\n    dead_code\n)]\n#![doc = \"a ] b \\\" ]\"]\n\
                      #[allow(unused)]\nfn a() {\n    //! Of a function.\n}\n";
        let left = without_inner(source);
        let lines: Vec<(usize, &str)> = left.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
        assert_eq!(
            lines,
            [(2, "// A note."), (8, "#[allow(unused)]"), (9, "fn a() {"), (10, "    //! Of a function."), (11, "}")]
        );
        let wrong = "/// Of the item.\nfn a() {}\n//! Of nothing: the compiler says so.\n";
        assert_eq!(without_inner(wrong), wrong);
        for whole in ["", "/* open", "#![open", "//! all"] {
            assert_eq!(without_inner(whole).len(), whole.len(), "{whole}");
        }
    }
}
