//! What running them tells: each starter, solution and trap does what its header says.

use std::{
    collections::BTreeMap,
    num::NonZero,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::Findings;
use crate::{
    catalogue::{header::Header, register::Exercise, workspace::Workspace},
    judge::{
        attempt::{self, Attempt, AttemptsTarget, Built, Kind, Ready},
        cargo::NoVerdict,
        diagnostics::Diagnostic,
        report::{CheckReport, Outcome},
        run::{self, Job, Limit},
    },
};

/// The starter, the solution, the other right answers and the traps of an exercise.
pub fn attempts_of(workspace: &Workspace, exercise: &Exercise) -> Vec<Attempt> {
    let one = |kind, path: PathBuf| path.is_file().then(|| Attempt::file(workspace, exercise, kind, path));
    let starter = one(Kind::Starter, exercise.starter_file());
    let solution = one(Kind::Solution, exercise.solution_file());
    let of = |kind| Attempt::catalogue(workspace, exercise, kind);
    starter.into_iter().chain(solution).chain(of(Kind::AlsoRight)).chain(of(Kind::Trap)).collect()
}

/// Compiles all attempts of a lesson, runs each so many times, and compares with what their headers say.
pub fn prove(
    job: &Job,
    lesson: &str,
    attempts: &[Attempt],
    times: NonZero<usize>,
    findings: &mut Findings<'_>,
) -> Result<(), NoVerdict> {
    let headers: Vec<Header> = attempts.iter().map(Attempt::header).collect();
    let is_rejected = |index: &usize| match attempts[*index].kind {
        Kind::Starter => headers[*index].starts_not_compiling,
        Kind::Trap => headers[*index].caught_by.as_deref() == Some("the compiler"),
        Kind::Solution | Kind::AlsoRight | Kind::File => false,
    };
    let target = match AttemptsTarget::open(job, lesson) {
        Ok(target) => target,
        // Reported already, with the manifests.
        Err(NoVerdict::NoAttempts(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let (rejected, together): (Vec<usize>, Vec<usize>) = (0..attempts.len()).partition(is_rejected);
    let batch: Vec<&Attempt> = together.iter().map(|index| &attempts[*index]).collect();
    let mut runs = Vec::new();
    for (index, built) in together.iter().zip(target.build_together(&batch)?) {
        let attempt = &attempts[*index];
        match built.ready {
            None => findings.about(attempt, does_not_compile(&built.diagnostics)),
            Some(ready) => runs.push((*index, ready)),
        }
        for warning in built.diagnostics.iter().filter(|d| attempt.kind == Kind::Solution && !d.is_error()) {
            let what = format!("a solution compiles without a warning:\n{}", warning.rendered.trim_end());
            findings.about(attempt, what);
        }
    }
    // The compiler works on one core most of the time: the runs fill the other one. What must not compile is compiled
    // together, too, and again without what was rejected, until nothing new is.
    let batch: Vec<&Attempt> = rejected.iter().map(|index| &attempts[*index]).collect();
    let (ran, built) = thread::scope(|scope| {
        let running = scope.spawn(|| run_all(&target, attempts, &runs, times));
        let built = target.build_together(&batch);
        let ran = running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (ran, built)
    });
    // Of each attempt the first problem, and in how many of its runs there was one.
    let mut problems = BTreeMap::<usize, (String, usize)>::new();
    for (index, checks) in ran? {
        let what = match attempts[index].kind {
            Kind::Starter => starter_problem(&headers[index], &checks),
            Kind::Solution | Kind::AlsoRight => solution_problem(&checks),
            Kind::Trap | Kind::File => trap_problem(&headers[index], &checks),
        };
        if let Some(what) = what {
            problems.entry(index).or_insert((what, 0)).1 += 1;
        }
    }
    for (index, (what, count)) in problems {
        let times = times.get();
        findings.about(&attempts[index], if times == 1 { what } else { format!("in {count} of {times} runs {what}") });
    }
    for (index, built) in rejected.iter().zip(built?) {
        if let Some(what) = rejection_problem(&headers[*index], &built) {
            findings.about(&attempts[*index], what);
        }
    }
    Ok(())
}

/// Runs the checks of attempts, many attempts at once. An attempt that blocks waits for the watchdog and needs no
/// processor meanwhile, so there may be more of them than processors.
fn run_all(
    target: &AttemptsTarget<'_>,
    attempts: &[Attempt],
    runs: &[(usize, Ready)],
    times: NonZero<usize>,
) -> Result<Vec<(usize, Vec<CheckReport>)>, NoVerdict> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work = || {
        loop {
            let run = next.fetch_add(1, Ordering::SeqCst);
            let Some((index, ready)) = runs.get(run % runs.len().max(1)).filter(|_| run < runs.len() * times.get())
            else {
                return;
            };
            let attempt = &attempts[*index];
            // Of a solution every check counts; of the others, the first that fails.
            let checks = target.run(attempt, ready, 1, Limit::FirstFailure);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((*index, checks));
        }
    };
    thread::scope(|scope| (0..2 * run::cores()).for_each(|_| drop(scope.spawn(work))));
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, checks)| Ok((index, checks?))).collect()
}

/// What is wrong with how a starter failed.
fn starter_problem(header: &Header, checks: &[CheckReport]) -> Option<String> {
    let wanted = header.starts_as.as_deref().unwrap_or("not started");
    match attempt::outcome(checks) {
        (Outcome::Passed, _) => Some("the starter passes every check: there is nothing to do".to_owned()),
        (outcome, _) if outcome.to_string() == wanted => None,
        (outcome, failed) => Some(format!("should fail as `{wanted}`, but is `{outcome}`{}", what_it_said(failed))),
    }
}

fn solution_problem(checks: &[CheckReport]) -> Option<String> {
    let (outcome, failed) = attempt::outcome(checks);
    (outcome != Outcome::Passed).then(|| format!("should pass, but is `{outcome}`{}", what_it_said(failed)))
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
            what_it_said(Some(failed))
        ));
    }
    let verdict = failed.verdict()?;
    let said = format!("{} {} {}", verdict.outcome, verdict.headline, verdict.text);
    missing_words(&header.says, &said)
        .map(|words| format!("the message does not say {words:?}{}", what_it_said(Some(failed))))
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

fn does_not_compile(diagnostics: &[Diagnostic]) -> String {
    let errors: Vec<&str> = diagnostics.iter().filter(|d| d.is_error()).map(|d| d.rendered.trim_end()).collect();
    format!("does not compile:\n{}", errors.join("\n"))
}

/// What a check that failed said, below the line that complains about it.
fn what_it_said(check: Option<&CheckReport>) -> String {
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
