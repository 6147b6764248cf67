//! Proves the exercises: each starter fails as it should, each solution passes without a warning, each trap is caught by
//! the check that teaches about it, and everything a learner needs is there.

pub mod scaffold;
mod rules;
mod prove;
pub mod catalogue_pages;
pub mod exercise_pages;
pub mod readable;

use std::{
    fs, io,
    num::NonZero,
    path::Path,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    catalogue::{
        register::{Exercise, Lesson},
        workspace::Workspace,
    },
    files,
    judge::{
        attempt::{Attempt, Kind},
        cargo::NoVerdict,
        run::{self, Job},
    },
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

/// How thorough the runs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// So many of each attempt: a verdict that is another one now and then is a problem.
    pub times: NonZero<usize>,
    /// Only of the solution and the other right answers.
    pub right_alone: bool,
}

impl Runs {
    /// Each attempt once.
    pub const ONCE: Self = Self { times: NonZero::<usize>::MIN, right_alone: false };
}

/// Verifies one lesson, or `only` one exercise of it.
pub fn lesson(job: &Job, lesson: &Lesson, only: Option<&Exercise>, runs: Runs) -> Result<Verified, NoVerdict> {
    let start = Instant::now();
    let mut verified = rules(&job.workspace, lesson, only);
    let mut attempts: Vec<Attempt> =
        asked_for(lesson, only).flat_map(|exercise| prove::attempts_of(&job.workspace, exercise)).collect();
    attempts.retain(|attempt| !runs.right_alone || matches!(attempt.kind, Kind::Solution | Kind::AlsoRight));
    if !attempts.is_empty() {
        let mut findings = Findings { workspace: &job.workspace, problems: Vec::new() };
        prove::prove(job, &lesson.id, &attempts, runs.times, &mut findings)?;
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
        rules::targets_agree(lesson, &mut findings);
        rules::no_orphans(lesson, &mut findings);
        rules::lesson_is_complete(lesson, &mut findings);
        rules::checks_are_listed(lesson, &mut findings);
    }
    for exercise in asked_for(lesson, only) {
        let checks = run::expected(exercise);
        verified.counts.exercises += 1;
        verified.counts.checks += checks.len();
        rules::files_are_complete(exercise, &checks, &mut findings);
        verified.notes.extend(rules::edited(workspace, exercise));
    }
    verified.problems = findings.problems;
    verified.time = start.elapsed();
    verified
}

/// Writes the list of a lesson's checks, where it is another one.
pub fn list_checks(workspace: &Workspace, lesson: &Lesson) -> io::Result<()> {
    let (path, now) = (Lesson::checks_list(workspace, &lesson.id), rules::checks_list(lesson));
    if fs::read_to_string(&path).unwrap_or_default() == now {
        return Ok(());
    }
    files::replace(&path, now.as_bytes())
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

    /// About one attempt. In a catalogue it is named, and told by its line.
    fn about(&mut self, attempt: &Attempt, what: impl Into<String>) {
        let name = attempt.name().map(|name| format!("`{name}` ")).unwrap_or_default();
        let what = format!("{name}{}", what.into());
        self.problems.push(Problem { about: attempt.exercise.id(), file: attempt.place(), what });
    }
}
