//! Proves the exercises: each starter fails as it should, each solution passes without a warning, each trap is caught by
//! the check that teaches about it, and everything a learner needs is there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    attempt::{self, Attempt, Built, Kind, Ready, Workshop},
    cargo::Trouble,
    checks::Check,
    diagnostics::Diagnostic,
    header::Header,
    hints::Hints,
    register::{self, Exercise, Lesson},
    report::{CheckReport, Outcome},
    run::{self, Job, Limit},
    workspace::Workspace,
};

/// Something an author must mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `03-join/fan_out`; of a whole lesson, `03-join`.
    pub about: String,
    pub file: String,
    pub what: String,
}

/// What was proved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub exercises: usize,
    pub checks: usize,
    pub starters: usize,
    pub solutions: usize,
    /// Other right answers.
    pub also_right: usize,
    pub traps: usize,
}

/// What verifying lessons came to.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    pub problems: Vec<Problem>,
    /// Not wrong in a learner's clone: an exercise that was edited.
    pub notes: Vec<Problem>,
    pub counts: Counts,
    pub time: Duration,
}

/// Verifies one lesson, or `only` one exercise of it.
pub fn lesson(job: &Job, lesson: &Lesson, only: Option<&Exercise>) -> Result<Verified, Trouble> {
    let start = Instant::now();
    let mut verified = rules(&job.workspace, lesson, only);
    let attempts: Vec<Attempt> =
        asked_for(lesson, only).flat_map(|exercise| attempts_of(&job.workspace, exercise)).collect();
    if !attempts.is_empty() {
        let mut findings = Findings { workspace: &job.workspace, problems: Vec::new() };
        prove(job, &lesson.id, &attempts, &mut findings)?;
        verified.problems.extend(findings.problems);
    }
    let of = |kind: Kind| attempts.iter().filter(|attempt| attempt.kind == kind).count();
    verified.counts.starters = of(Kind::Starter);
    verified.counts.solutions = of(Kind::Solution);
    verified.counts.also_right = of(Kind::AlsoRight);
    verified.counts.traps = of(Kind::Trap);
    // Together what is about one exercise, in teaching order; a lesson's own before its exercises'.
    let place = |problem: &Problem| lesson.exercises.iter().position(|exercise| exercise.id() == problem.about);
    verified.problems.sort_by_key(place);
    verified.time = start.elapsed();
    Ok(verified)
}

/// The part of [`lesson`] that reading the files tells, and that compiles nothing.
pub fn rules(workspace: &Workspace, lesson: &Lesson, only: Option<&Exercise>) -> Verified {
    let start = Instant::now();
    let mut verified = Verified::default();
    let mut findings = Findings { workspace, problems: Vec::new() };
    if only.is_none() {
        targets_agree(lesson, &mut findings);
        no_orphans(lesson, &mut findings);
    }
    for exercise in asked_for(lesson, only) {
        let checks = run::expected(exercise);
        verified.counts.exercises += 1;
        verified.counts.checks += checks.len();
        files_are_complete(exercise, &checks, &mut findings);
        verified.notes.extend(edited(workspace, exercise));
    }
    verified.problems = findings.problems;
    verified.time = start.elapsed();
    verified
}

fn asked_for<'a>(lesson: &'a Lesson, only: Option<&Exercise>) -> impl Iterator<Item = &'a Exercise> {
    lesson.exercises.iter().filter(move |exercise| only.is_none_or(|only| only.name == exercise.name))
}

impl Verified {
    /// Adds another lesson.
    pub fn add(&mut self, other: Verified) {
        self.problems.extend(other.problems);
        self.notes.extend(other.notes);
        self.counts.exercises += other.counts.exercises;
        self.counts.checks += other.counts.checks;
        self.counts.starters += other.counts.starters;
        self.counts.solutions += other.counts.solutions;
        self.counts.also_right += other.counts.also_right;
        self.counts.traps += other.counts.traps;
        self.time += other.time;
    }
}

struct Findings<'a> {
    workspace: &'a Workspace,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, about: impl Into<String>, file: &Path, what: impl Into<String>) {
        self.problems.push(Problem { about: about.into(), file: self.workspace.shown(file), what: what.into() });
    }
}

/// The exercises and the solutions of a lesson are the same targets in the same order, and `attempts` is declared so that
/// plain cargo leaves it alone.
fn targets_agree(lesson: &Lesson, findings: &mut Findings<'_>) {
    let root = &findings.workspace.root;
    let manifest = root.join("solutions").join(&lesson.id).join("Cargo.toml");
    let targets = match register::targets(&manifest) {
        Ok(targets) => targets,
        Err(error) => return findings.add(&lesson.id, &manifest, format!("{error:#}")),
    };
    let (attempts, solutions): (Vec<_>, Vec<_>) =
        targets.into_iter().partition(|target| target.name == attempt::TARGET);
    let solutions: Vec<&str> = solutions.iter().map(|target| target.name.as_str()).collect();
    let exercises: Vec<&str> = lesson.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    if solutions != exercises {
        let what = format!(
            "its [[test]] targets are not those of exercises/{}, in their order: {} here, {} there",
            lesson.id,
            solutions.join(" "),
            exercises.join(" ")
        );
        findings.add(&lesson.id, &manifest, what);
    }
    match attempts.as_slice() {
        [target] if target.test == Some(false) => {}
        [_] => {
            findings.add(&lesson.id, &manifest, "the target `attempts` needs `test = false`: cargo test would build it")
        }
        _ => findings.add(&lesson.id, &manifest, Trouble::NoAttempts("it".to_owned()).to_string()),
    }
    for (folder, kind) in [("exercises", "file"), ("solutions", "solution")] {
        let manifest = root.join(folder).join(&lesson.id).join("Cargo.toml");
        let targets = register::targets(&manifest).unwrap_or_default();
        let is_elsewhere = |target: &&register::Target| target.path.as_deref() != Some(&format!("{}.rs", target.name));
        for target in targets.iter().filter(is_elsewhere) {
            findings.add(&lesson.id, &manifest, format!("the {kind} of `{0}` is to be `{0}.rs`", target.name));
        }
    }
    let mut seen = BTreeSet::new();
    for name in exercises.iter().filter(|name| !seen.insert(**name)) {
        findings.add(&lesson.id, &root.join("exercises").join(&lesson.id), format!("`{name}` is registered twice"));
    }
}

/// A file that no target names is never checked.
fn no_orphans(lesson: &Lesson, findings: &mut Findings<'_>) {
    let root = findings.workspace.root.clone();
    let known = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem == attempt::TARGET || lesson.exercises.iter().any(|exercise| exercise.name == stem)
    };
    let exercises = root.join("exercises").join(&lesson.id);
    let solutions = root.join("solutions").join(&lesson.id);
    let sources = [
        exercises.clone(),
        exercises.join("checks"),
        exercises.join("hints"),
        solutions.clone(),
        solutions.join("starters"),
    ];
    let with_folders = [solutions.join("traps"), solutions.join("also_right")];
    for folder in sources.iter().chain(&with_folders) {
        let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "rs" || extension == "md");
        let is_folder_of_one = |path: &Path| with_folders.contains(folder) && path.is_dir();
        for path in entries(folder).into_iter().filter(|path| is_source(path) || is_folder_of_one(path)) {
            if !known(&path) {
                findings.add(&lesson.id, &path, "belongs to no exercise of exercises/…/Cargo.toml");
            }
        }
    }
}

/// The content of a folder, in an order that does not depend on the disk.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    entries
}

/// Header, hints, traps, starter and solution of an exercise, as far as reading them tells.
fn files_are_complete(exercise: &Exercise, checks: &[Check], findings: &mut Findings<'_>) {
    let id = exercise.id();
    if checks.is_empty() {
        findings.add(&id, &exercise.checks_file(), "has no #[test] function");
    }
    let mut names = BTreeSet::new();
    for check in checks {
        if !names.insert(&check.name) {
            findings.add(&id, &exercise.checks_file(), format!("`{}` stands there twice", check.name));
        }
        if check.about.is_none() {
            findings.add(
                &id,
                &exercise.checks_file(),
                format!("`{}` has no line that says what it checks", check.name),
            );
        }
    }
    starter_is_complete(exercise, findings);
    match fs::read_to_string(exercise.solution_file()) {
        Err(error) => findings.add(&id, &exercise.solution_file(), format!("cannot be read: {error}")),
        Ok(text) => {
            let path = format!("#[path = \"../../exercises/{}/checks/{}.rs\"]", exercise.lesson, exercise.name);
            let end = ["#[cfg(not(rust_analyzer))]", path.as_str(), "mod checks;"];
            ends_with(&text, &end, &id, &exercise.solution_file(), findings);
        }
    }
    hints_are_complete(exercise, checks, findings);
    let traps = sources(&exercise.traps_dir());
    if traps.len() < 2 {
        findings.add(&id, &exercise.traps_dir(), format!("holds {} of at least 2 traps", traps.len()));
    }
    for trap in traps {
        let header = Header::parse(&fs::read_to_string(&trap).unwrap_or_default());
        for (is_there, what) in [
            (header.trap.is_some_and(|text| !text.is_empty()), "has no line `//! Trap: …`"),
            (header.caught_by.is_some(), "has no line `//! Caught by: …`"),
            (!header.says.is_empty(), "has no line `//! Says: …`"),
        ] {
            if !is_there {
                findings.add(&id, &trap, what);
            }
        }
    }
}

fn starter_is_complete(exercise: &Exercise, findings: &mut Findings<'_>) {
    let id = exercise.id();
    let file = exercise.starter_file();
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return findings.add(&id, &file, format!("cannot be read: {error}")),
    };
    let header = Header::parse(&text);
    let run = format!("cargo workbook check {id}");
    for (is_there, what) in [
        (header.title.is_some_and(|title| !title.is_empty()), "the header has no title `//! # …`".to_owned()),
        (!header.task.is_empty(), "the header has no task".to_owned()),
        (header.run.as_deref() == Some(&run), format!("the header has no line `//! Run: `{run}` · …`")),
        (header.read.is_some(), "the line `//! Run:` does not say what to read".to_owned()),
        (
            header.minutes.is_some_and(|minutes| minutes > 0),
            "the line `//! Run:` does not say how many minutes".to_owned(),
        ),
    ] {
        if !is_there {
            findings.add(&id, &file, what);
        }
    }
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let squeezed: String = text.lines().filter(code).flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    if squeezed.contains("todo!()") {
        findings.add(&id, &file, "a `todo!()` does not say what to do");
    }
    let path = format!("#[path = \"checks/{}.rs\"]", exercise.name);
    ends_with(&text, &[&path, "mod checks;"], &id, &file, findings);
}

fn ends_with(text: &str, end: &[&str], id: &str, file: &Path, findings: &mut Findings<'_>) {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !lines.ends_with(end) {
        findings.add(id, file, format!("does not end with the lines {}", end.join(" / ")));
    }
}

fn hints_are_complete(exercise: &Exercise, checks: &[Check], findings: &mut Findings<'_>) {
    let id = exercise.id();
    let file = exercise.hints_file();
    let hints = Hints::parse(&fs::read_to_string(&file).unwrap_or_default());
    let full = hints.numbered.iter().filter(|text| !text.is_empty()).count();
    if full < 3 {
        findings.add(&id, &file, format!("holds {full} of at least 3 sections `## Hint n`"));
    }
    for (check, text) in &hints.when {
        if !checks.iter().any(|known| known.name == *check) {
            findings.add(&id, &file, format!("has a section for `{check}`, which is no check"));
        } else if text.is_empty() {
            findings.add(&id, &file, format!("the section for `{check}` is empty"));
        }
    }
}

fn edited(workspace: &Workspace, exercise: &Exercise) -> Option<Problem> {
    let starter = fs::read(exercise.starter_file()).ok()?;
    let what = match fs::read(exercise.file()) {
        Ok(file) if file == starter => return None,
        Ok(_) => "is edited: it differs from its starter".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    Some(Problem { about: exercise.id(), file: workspace.shown(&exercise.file()), what })
}

/// The Rust files of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    entries(folder).into_iter().filter(is_source).collect()
}

fn attempts_of(workspace: &Workspace, exercise: &Exercise) -> Vec<Attempt> {
    let one = |kind, path: PathBuf| path.is_file().then(|| Attempt::new(workspace, exercise, kind, path));
    let starter = one(Kind::Starter, exercise.starter_file());
    let solution = one(Kind::Solution, exercise.solution_file());
    let also_right = sources(&exercise.also_right_dir()).into_iter().filter_map(|path| one(Kind::AlsoRight, path));
    let traps = sources(&exercise.traps_dir()).into_iter().filter_map(|path| one(Kind::Trap, path));
    starter.into_iter().chain(solution).chain(also_right).chain(traps).collect()
}

/// Compiles and runs all attempts of a lesson, and compares with what their headers say.
fn prove(job: &Job, lesson: &str, attempts: &[Attempt], findings: &mut Findings<'_>) -> Result<(), Trouble> {
    let headers: Vec<Header> = attempts
        .iter()
        .map(|attempt| Header::parse(&fs::read_to_string(&attempt.source).unwrap_or_default()))
        .collect();
    let is_rejected = |index: &usize| match attempts[*index].kind {
        Kind::Starter => headers[*index].starts_not_compiling,
        Kind::Trap => headers[*index].caught_by.as_deref() == Some("the compiler"),
        Kind::Solution | Kind::AlsoRight | Kind::File => false,
    };
    let workshop = match Workshop::open(job, lesson) {
        Ok(workshop) => workshop,
        // Reported already, with the manifests.
        Err(Trouble::NoAttempts(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let (alone, together): (Vec<usize>, Vec<usize>) = (0..attempts.len()).partition(is_rejected);
    let batch: Vec<&Attempt> = together.iter().map(|index| &attempts[*index]).collect();
    let mut runs = Vec::new();
    for (index, built) in together.iter().zip(workshop.build_together(&batch)?) {
        let attempt = &attempts[*index];
        match built.ready {
            None => findings.add(attempt.exercise.id(), &attempt.source, rejected(&built.diagnostics)),
            Some(ready) => runs.push((*index, ready)),
        }
        for warning in built.diagnostics.iter().filter(|d| attempt.kind == Kind::Solution && !d.is_error()) {
            let what = format!("a solution compiles without a warning:\n{}", warning.rendered.trim_end());
            findings.add(attempt.exercise.id(), &attempt.source, what);
        }
    }
    // The compiler works on one core most of the time: the runs fill the other one.
    let (ran, rejected) = thread::scope(|scope| {
        let running = scope.spawn(|| run_all(&workshop, attempts, &runs));
        let rejected: Result<Vec<Built>, Trouble> =
            alone.iter().map(|index| workshop.build_alone(&attempts[*index])).collect();
        let ran = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (ran, rejected)
    });
    for (index, checks) in ran? {
        let what = match attempts[index].kind {
            Kind::Starter => starter_problem(&checks),
            Kind::Solution | Kind::AlsoRight => solution_problem(&checks),
            Kind::Trap | Kind::File => trap_problem(&headers[index], &checks),
        };
        if let Some(what) = what {
            findings.add(attempts[index].exercise.id(), &attempts[index].source, what);
        }
    }
    for (index, built) in alone.iter().zip(rejected?) {
        if let Some(what) = rejection_problem(&headers[*index], &built) {
            findings.add(attempts[*index].exercise.id(), &attempts[*index].source, what);
        }
    }
    Ok(())
}

/// Runs the checks of attempts, many attempts at once. An attempt that blocks waits for the watchdog and needs no
/// processor meanwhile, so there may be more of them than processors.
fn run_all(
    workshop: &Workshop<'_>,
    attempts: &[Attempt],
    runs: &[(usize, Ready)],
) -> Result<Vec<(usize, Vec<CheckReport>)>, Trouble> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work = || {
        while let Some((index, ready)) = runs.get(next.fetch_add(1, Ordering::SeqCst)) {
            let attempt = &attempts[*index];
            // Of a solution every check counts; of the others, the first that fails.
            let checks = workshop.run(attempt, ready, 1, Limit::FirstFailure);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((*index, checks));
        }
    };
    thread::scope(|scope| (0..2 * run::cores()).for_each(|_| drop(scope.spawn(work))));
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, checks)| Ok((index, checks?))).collect()
}

/// What is wrong with how a starter failed.
fn starter_problem(checks: &[CheckReport]) -> Option<String> {
    match attempt::outcome(checks) {
        (Outcome::NotStarted, _) => None,
        (Outcome::Passed, _) => Some("the starter passes every check: there is nothing to do".to_owned()),
        (outcome, failed) => Some(format!("should fail as `not started`, but is `{outcome}`{}", told(failed))),
    }
}

fn solution_problem(checks: &[CheckReport]) -> Option<String> {
    let (outcome, failed) = attempt::outcome(checks);
    (outcome != Outcome::Passed).then(|| format!("should pass, but is `{outcome}`{}", told(failed)))
}

/// What is wrong with how a trap was caught.
fn trap_problem(header: &Header, checks: &[CheckReport]) -> Option<String> {
    let by = header.caught_by.as_deref()?;
    let (outcome, failed) = attempt::outcome(checks);
    let Some(failed) = failed else { return Some(format!("is not caught: it {}", how_it_got_away(outcome))) };
    if failed.check.name != by {
        if !checks.iter().any(|check| check.check.name == by) {
            return Some(format!("should be caught by `{by}`, which is no check of this exercise"));
        }
        return Some(format!(
            "should be caught by `{by}`, but the first check that fails is another one{}",
            told(Some(failed))
        ));
    }
    let verdict = failed.verdict()?;
    let said = format!("{} {} {}", verdict.outcome, verdict.headline, verdict.text);
    missing_words(&header.says, &said).map(|words| format!("the message does not say {words:?}{}", told(Some(failed))))
}

fn how_it_got_away(outcome: Outcome) -> &'static str {
    if outcome == Outcome::Passed { "passes every check" } else { "runs no check" }
}

/// What is wrong with how the compiler rejected an attempt that it should reject.
fn rejection_problem(header: &Header, built: &Built) -> Option<String> {
    if built.ready.is_some() {
        return Some("should not compile, but does".to_owned());
    }
    let said: Vec<&str> = built.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.rendered.as_str()).collect();
    let missing = missing_words(&header.says, &said.join("\n"));
    missing.map(|words| format!("the compiler does not say {words:?}. It says:\n{}", said.join("\n").trim_end()))
}

/// The first words that a message does not hold. Where its lines are broken does not matter.
fn missing_words<'a>(says: &'a [String], said: &str) -> Option<&'a str> {
    let filled = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = filled(said);
    says.iter().map(String::as_str).find(|words| !said.contains(&filled(words)))
}

fn rejected(diagnostics: &[Diagnostic]) -> String {
    let errors: Vec<&str> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.rendered.trim_end()).collect();
    format!("does not compile:\n{}", errors.join("\n"))
}

/// What a check that failed said, below the line that complains about it.
fn told(check: Option<&CheckReport>) -> String {
    let Some((check, verdict)) = check.and_then(|check| Some((check, check.verdict()?))) else { return String::new() };
    let words = if verdict.text.trim().is_empty() { &verdict.headline } else { &verdict.text };
    format!(". `{}` ({}) said:\n{}", check.check.name, verdict.outcome, words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_be_broken_between_lines() {
        let says = ["one after another".to_owned(), "2.400 s".to_owned()];
        assert_eq!(missing_words(&says, "saw       one after\n          another, 2.400 s"), None);
        assert_eq!(missing_words(&says, "one after another"), Some("2.400 s"));
    }
}
