//! What reading the files of an exercise tells: whether everything a learner needs is there.

use std::{collections::BTreeSet, fs, path::Path};

use super::{Findings, Problem, scaffold};
use crate::{
    catalogue::{
        checks::{self, Check},
        header::Header,
        hints::Hints,
        overlay,
        register::{self, Exercise, Lesson},
        workspace::Workspace,
    },
    judge::{
        attempt::{self, Attempt, Kind, Source},
        report::Outcome,
        run,
    },
};

/// The solutions of a lesson are the modules of `solutions.rs`, in the order of its exercises, and `attempts` is declared so
/// that plain cargo leaves it alone.
pub fn targets_agree(lesson: &Lesson, findings: &mut Findings<'_>) {
    let root = findings.workspace.root.clone();
    let folder = root.join("solutions").join(&lesson.id);
    let manifest = folder.join("Cargo.toml");
    let targets = match register::targets(&manifest) {
        Ok(targets) => targets,
        Err(error) => return findings.add(&lesson.id, &manifest, format!("{error:#}")),
    };
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    if names != ["solutions", attempt::TARGET] {
        let what = format!(
            "its [[test]] targets are to be `solutions` and `{}`, but are: {}",
            attempt::TARGET,
            names.join(" ")
        );
        findings.add(&lesson.id, &manifest, what);
    }
    if let Some(target) = targets.iter().find(|target| target.name == attempt::TARGET) {
        if target.test != Some(false) {
            findings.add(
                &lesson.id,
                &manifest,
                "the target `attempts` needs `test = false`: cargo test would build it",
            );
        }
        if target.path.as_deref() != Some("../attempts.rs") {
            findings.add(
                &lesson.id,
                &manifest,
                "the target `attempts` is to be ../attempts.rs, the same for all lessons",
            );
        }
    }
    let list = folder.join("solutions.rs");
    let text = fs::read_to_string(&list).unwrap_or_default();
    let solutions: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let exercises: Vec<&str> = lesson.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
    if solutions != exercises {
        let what = format!(
            "its modules are not the exercises of exercises/{}, in their order: {} here, {} there",
            lesson.id,
            solutions.join(" "),
            exercises.join(" ")
        );
        findings.add(&lesson.id, &list, what);
    }
    let manifest = root.join("exercises").join(&lesson.id).join("Cargo.toml");
    let targets = register::targets(&manifest).unwrap_or_default();
    let is_elsewhere = |target: &&register::Target| target.path.as_deref() != Some(&format!("{}.rs", target.name));
    for target in targets.iter().filter(is_elsewhere) {
        findings.add(&lesson.id, &manifest, format!("the file of `{0}` is to be `{0}.rs`", target.name));
    }
    let mut seen = BTreeSet::new();
    for name in exercises.iter().filter(|name| !seen.insert(**name)) {
        findings.add(&lesson.id, &root.join("exercises").join(&lesson.id), format!("`{name}` is registered twice"));
    }
}

/// A lesson has a crate with an example and tests, a chapter, a bench, and a row in the README's map. A workbook without a
/// folder `lessons/` has exercises only.
pub fn lesson_is_complete(lesson: &Lesson, findings: &mut Findings<'_>) {
    let root = findings.workspace.root.clone();
    if !root.join("lessons").is_dir() {
        return;
    }
    let id = &lesson.id;
    let folder = root.join("lessons").join(id);
    let chapter = root.join("book/src").join(format!("{id}.md"));
    let bench = root.join("benches/benches").join(format!("{id}.rs"));
    for file in [&folder.join("src/lib.rs"), &chapter, &bench] {
        if !file.is_file() {
            findings.add(id, file, "is not there: every lesson has one");
        }
    }
    for (folder, what) in [(folder.join("examples"), "an example"), (folder.join("tests"), "a test")] {
        if register::entries(&folder).is_empty() {
            findings.add(id, &folder, format!("holds nothing: every lesson has {what}"));
        }
    }
    for (file, words) in [
        (root.join("book/src/SUMMARY.md"), format!("]({id}.md)")),
        (root.join("README.md"), format!("](lessons/{id})")),
        (root.join("benches/Cargo.toml"), format!("name = \"{id}\"")),
    ] {
        if !fs::read_to_string(&file).unwrap_or_default().contains(&words) {
            findings.add(id, &file, format!("does not name the lesson: no `{words}`"));
        }
    }
    for file in scaffold::files_of_lesson(findings.workspace, lesson) {
        nothing_is_left_to_do(id, &file, findings);
    }
}

fn nothing_is_left_to_do(about: &str, file: &Path, findings: &mut Findings<'_>) {
    for (line, words) in scaffold::left_to_do(&fs::read_to_string(file).unwrap_or_default()) {
        findings.add(about, file, format!("line {line} is still to be written: {words}"));
    }
}

/// The list of checks is that of the checks files.
pub fn checks_are_listed(lesson: &Lesson, findings: &mut Findings<'_>) {
    let path = Lesson::checks_list(findings.workspace, &lesson.id);
    if fs::read_to_string(&path).unwrap_or_default() != checks_list(lesson) {
        let what =
            format!("does not list the checks of this lesson: `cargo workbook verify {}` writes it anew", lesson.id);
        findings.add(&lesson.id, &path, what);
    }
}

/// What the list of checks must hold.
pub fn checks_list(lesson: &Lesson) -> String {
    checks::list(lesson.exercises.iter().map(|exercise| (exercise.name.as_str(), run::expected(exercise))))
}

/// A file that no target names is never checked.
pub fn no_orphans(lesson: &Lesson, findings: &mut Findings<'_>) {
    let root = findings.workspace.root.clone();
    let known = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        stem == "solutions" || lesson.exercises.iter().any(|exercise| exercise.name == stem)
    };
    let exercises = root.join("exercises").join(&lesson.id);
    let solutions = root.join("solutions").join(&lesson.id);
    for folder in [
        exercises.clone(),
        exercises.join("checks"),
        exercises.join("hints"),
        solutions.clone(),
        solutions.join("starters"),
        solutions.join("traps"),
        solutions.join("also_right"),
    ] {
        let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "rs" || extension == "md");
        for path in register::entries(&folder).into_iter().filter(|path| is_source(path)) {
            if !known(&path) {
                findings.add(&lesson.id, &path, "belongs to no exercise of exercises/…/Cargo.toml");
            }
        }
    }
}

/// Header, hints, traps, starter and solution of an exercise, as far as reading them tells.
pub fn files_are_complete(exercise: &Exercise, checks: &[Check], findings: &mut Findings<'_>) {
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
    for file in [
        exercise.starter_file(),
        exercise.checks_file(),
        exercise.hints_file(),
        exercise.solution_file(),
        exercise.traps_file(),
        exercise.also_right_file(),
    ] {
        nothing_is_left_to_do(&id, &file, findings);
    }
    catalogue_is_sound(exercise, Kind::AlsoRight, findings);
    let traps = catalogue_is_sound(exercise, Kind::Trap, findings);
    if traps.len() < 2 {
        findings.add(&id, &exercise.traps_file(), format!("holds {} of at least 2 traps", traps.len()));
    }
    for trap in traps {
        let header = trap.header();
        for (is_there, what) in [
            (header.trap.is_some_and(|text| !text.is_empty()), "has no line `/// Trap: …`"),
            (header.caught_by.is_some(), "has no line `/// Caught by: …`"),
            (!header.says.is_empty(), "has no line `/// Says: …`"),
        ] {
            if !is_there {
                findings.about(&trap, what);
            }
        }
    }
}

/// A catalogue holds modules of different names and nothing else, and of the solution only what they change.
fn catalogue_is_sound(exercise: &Exercise, kind: Kind, findings: &mut Findings<'_>) -> Vec<Attempt> {
    let attempts = Attempt::catalogue(findings.workspace, exercise, kind);
    let solution = fs::read_to_string(exercise.solution_file()).unwrap_or_default();
    let mut names = BTreeSet::new();
    for attempt in &attempts {
        let Source::Variant { text, variant, .. } = &attempt.source else { continue };
        if !names.insert(&variant.name) {
            findings.about(attempt, "stands there twice");
        }
        for name in overlay::left_out_in_vain(&solution, variant) {
            findings.about(attempt, format!("leaves out `{name}`, which the solution does not have"));
        }
        for name in overlay::repeated(&solution, text, variant) {
            findings.about(attempt, format!("repeats `{name}` as the solution has it: leave it away"));
        }
    }
    let file = if kind == Kind::Trap { exercise.traps_file() } else { exercise.also_right_file() };
    for (line, item) in overlay::strays(&fs::read_to_string(&file).unwrap_or_default()) {
        findings.add(exercise.id(), &file, format!("line {line}, `{item}`, belongs to no module"));
    }
    attempts
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
            header.starts_as.as_deref().is_none_or(|name| Outcome::ALL.iter().any(|known| known.name() == name)),
            "the line `//! Starts:` names no verdict".to_owned(),
        ),
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

pub fn edited(workspace: &Workspace, exercise: &Exercise) -> Option<Problem> {
    let starter = fs::read(exercise.starter_file()).ok()?;
    let what = match fs::read(exercise.file()) {
        Ok(file) if file == starter => return None,
        Ok(_) => "is edited: it differs from its starter".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    Some(Problem { about: exercise.id(), file: workspace.shown(&exercise.file()), what })
}
