//! From what a process left behind to a verdict.

use std::{env, fs, io, process::ExitStatus};

use verdict::{Line, Record};

use super::{LIMIT, Test};
use crate::{
    catalogue::{register::Exercise, workspace::Workspace},
    judge::{
        cargo::NoVerdict,
        process::Ended,
        report::{CheckReport, Outcome, Part, Run, State, Verdict},
    },
    text,
};

/// A check passed if its process ended well, and it reported that it ran the learner's code, that it came to its end, and no
/// failure; all of it about the code that was built.
///
/// # Errors
/// The check could not write its report, and what it has seen is lost; or the report is about another build.
pub fn gather(
    test: &Test<'_>,
    ended: &Ended,
    records: &str,
    explain: &dyn Fn() -> String,
) -> Result<CheckReport, NoVerdict> {
    let check = test.check;
    let output = text::printable(without_libtest(&ended.output, &test.path)).trim_matches('\n').to_owned();
    if ended.status.code() == Some(verdict::CANNOT_REPORT) && output.contains("cannot be written") {
        let words = format!(
            "{}\nIs there room left in the folder for temporary files, {}?",
            output.lines().last().unwrap_or("a check cannot write its report"),
            env::temp_dir().display()
        );
        return Err(NoVerdict::io("the checks cannot be run")(io::Error::other(words)));
    }
    let (mut runs, mut failure, mut open, mut is_finished) = (Vec::new(), None, None, false);
    // A line that cannot be read was cut short by the end of the process. It proves nothing.
    let lines = records.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let lines: Vec<Line> = lines.filter(|line| line.check == check.name).collect();
    if lines.iter().any(|line| line.attempt.as_deref() != Some(test.program.digest)) {
        return Err(NoVerdict::Replaced);
    }
    for line in lines {
        match line.record {
            Record::Run { yours, expected } => runs.push(Run { yours, expected }),
            Record::Verdict { outcome, headline, text, parts, yours, expected, place, place_sought } => {
                let outcome = Some(outcome).filter(|outcome| *outcome != Outcome::Passed).unwrap_or(Outcome::Wrong);
                let (headline, text) = (harmless(&headline), harmless(&text));
                let part = |part: Part| Part { words: harmless(&part.words), ..part };
                let parts = parts.into_iter().map(part).collect();
                failure.get_or_insert(Verdict { outcome, headline, text, parts, yours, expected, place, place_sought });
            }
            Record::NotJudged { why } => open = Some(harmless(&why)),
            Record::Finished { file } => is_finished |= test.is_checks_file(&file),
        }
    }
    let state = match failure {
        Some(verdict) => State::Failed(Box::new(verdict)),
        None if let Some(why) = open => State::NotJudged { why },
        None if ended.timed_out => State::Failed(Box::new(Verdict::new(
            Outcome::Blocked,
            format!("the check was still running after {} s and was stopped", LIMIT.as_secs()),
            "Something holds the process: a thread that never ends, or a loop in code that runs at the end.",
        ))),
        None if !ended.status.success() => State::Failed(Box::new(died(ended, &output))),
        None if runs.is_empty() || !is_finished => {
            let verdict = Verdict::new(Outcome::Tampered, "the check did not run", explain());
            State::Failed(Box::new(verdict))
        }
        None => State::Passed,
    };
    Ok(CheckReport { check: check.clone(), state, runs, output })
}

/// Words of a check. They hold those of the learner's panics and replies, as they are. Each line by itself: an escape sequence
/// that the learner began and never ended takes no more than the rest of its line.
fn harmless(words: &str) -> String {
    words.split('\n').map(text::printable).collect::<Vec<_>>().join("\n")
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
pub fn why_no_check_ran(workspace: &Workspace, exercise: &Exercise) -> String {
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
        "The program ended well, but this check did not report that it ran your code and came to its end. Either {shown} no longer ends with\n\n\
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
