//! What is known after an exercise was checked.

use std::time::Duration;

use timeline::Timeline;

use crate::{catalogue::checks::Check, judge::diagnostics::Diagnostic};

pub use verdict::{Outcome, Part};

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// One line.
    pub headline: String,
    /// The whole message, with drawings.
    pub text: String,
    /// The message without drawings, not broken to any width. Empty where the harness could not speak: then `text` says it.
    pub parts: Vec<Part>,
    pub yours: Option<Timeline>,
    pub expected: Option<Timeline>,
    /// `exercises/03-join/fan_out.rs:12:5`
    pub place: Option<String>,
    /// The place was looked for in a backtrace. Without line tables none can be found.
    pub place_sought: bool,
}

impl Verdict {
    /// A verdict of the runner itself, where the harness could not speak.
    pub fn new(outcome: Outcome, headline: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            outcome,
            headline: headline.into(),
            text: text.into(),
            parts: Vec::new(),
            yours: None,
            expected: None,
            place: None,
            place_sought: false,
        }
    }
}

/// One run of the learner's code under the harness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub yours: Timeline,
    pub expected: Option<Timeline>,
}

/// What one check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Passed,
    Failed(Box<Verdict>),
    /// What it is about was not there to be judged. Another check says what is wrong.
    NotJudged {
        why: String,
    },
    /// It was not run: the code does not compile, or an earlier check had to be stopped.
    NotRun,
}

/// One check and what it came to.
#[derive(Debug, Clone)]
pub struct CheckReport {
    pub check: Check,
    pub state: State,
    pub runs: Vec<Run>,
    /// What the learner's code printed.
    pub output: String,
}

impl CheckReport {
    pub fn not_run(check: Check) -> Self {
        Self { check, state: State::NotRun, runs: Vec::new(), output: String::new() }
    }

    /// Why it could not be judged.
    pub fn not_judged(&self) -> Option<&str> {
        match &self.state {
            State::NotJudged { why } => Some(why),
            _ => None,
        }
    }

    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.state {
            State::Failed(verdict) => Some(verdict),
            State::Passed | State::NotJudged { .. } | State::NotRun => None,
        }
    }
}

/// What an exercise came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// `03-join/fan_out`
    pub exercise: String,
    /// The file that was checked, as messages name it.
    pub file: String,
    pub outcome: Outcome,
    pub checks: Vec<CheckReport>,
    /// A verdict that is not one check's: the code does not compile, or there is no check.
    pub verdict: Option<Verdict>,
    pub diagnostics: Vec<Diagnostic>,
    pub build_time: Duration,
    pub run_time: Duration,
}

impl Report {
    /// The outcome of a set of checks is that of the first one that failed, in the order of the file.
    pub fn of_checks(exercise: String, file: String, checks: Vec<CheckReport>) -> Self {
        let failed = checks.iter().find_map(|check| check.verdict());
        let complete = !checks.is_empty() && checks.iter().all(|check| check.state == State::Passed);
        let open = checks.iter().find_map(CheckReport::not_judged);
        let (outcome, verdict) = match failed {
            Some(verdict) => (verdict.outcome, None),
            None if complete => (Outcome::Passed, None),
            None => match open {
                Some(why) => (Outcome::Wrong, Some(Verdict::new(Outcome::Wrong, why, why))),
                None => (Outcome::Tampered, None),
            },
        };
        Self {
            exercise,
            file,
            outcome,
            checks,
            verdict,
            diagnostics: Vec::new(),
            build_time: Duration::ZERO,
            run_time: Duration::ZERO,
        }
    }

    /// No check was run, for the reason given.
    pub fn without_run(exercise: String, file: String, checks: Vec<Check>, verdict: Verdict) -> Self {
        let checks = checks.into_iter().map(CheckReport::not_run).collect();
        Self { outcome: verdict.outcome, verdict: Some(verdict), ..Self::of_checks(exercise, file, checks) }
    }

    /// A future hangs at a line that nobody could tell, for want of line tables.
    pub fn misses_a_place(&self) -> bool {
        let mut verdicts = self.checks.iter().filter_map(CheckReport::verdict);
        verdicts.any(|verdict| verdict.place_sought && verdict.place.is_none())
    }

    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    /// The first check that failed, in the order of the file.
    pub fn failed(&self) -> Option<&CheckReport> {
        self.checks.iter().find(|check| check.verdict().is_some())
    }

    /// Why it does not compile.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error())
    }

    /// What to tell the learner: why the exercise does not pass.
    pub fn reason(&self) -> Option<&Verdict> {
        self.verdict.as_ref().or_else(|| self.failed().and_then(CheckReport::verdict))
    }

    /// What the learner's code printed, in the check that matters: the first that failed, or the last that passed.
    pub fn output(&self) -> &str {
        let check = self.failed().or_else(|| self.checks.iter().rev().find(|check| !check.output.is_empty()));
        check.map_or("", |check| &check.output)
    }

    /// The run to draw: that of the check that failed. Of a passed exercise the one with the most to see: many lanes tell more
    /// than one, unless they are too many to look at.
    pub fn drawn(&self) -> Option<Run> {
        if let Some(verdict) = self.failed().and_then(CheckReport::verdict)
            && let Some(yours) = &verdict.yours
        {
            return Some(Run { yours: yours.clone(), expected: verdict.expected.clone() });
        }
        let runs = |checks: &[&CheckReport]| -> Option<Run> {
            let runs = checks.iter().flat_map(|check| &check.runs).filter(|run| !run.yours.lanes.is_empty());
            // Of equals the first.
            runs.rev().max_by_key(|run| run.worth_seeing()).cloned()
        };
        let failed = self.failed().and_then(|failed| runs(&[failed]));
        failed.or_else(|| runs(&self.checks.iter().collect::<Vec<_>>()))
    }
}

impl Run {
    /// The larger, the better to look at.
    fn worth_seeing(&self) -> (bool, usize, bool) {
        let lanes = self.yours.lanes.len();
        (lanes <= MOST_LANES, lanes, self.expected.is_some())
    }
}

/// More lanes than this are no picture, but a list.
const MOST_LANES: usize = 12;
