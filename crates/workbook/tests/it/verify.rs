//! Proves the exercises of this workbook: the same as `cargo workbook verify`, as a part of `cargo test`.
//!
//! `cargo test` is for people who wait, so lessons are proved only until their time is over. What is left is said, and is
//! proved by `cargo workbook verify`, which CI runs. The rules that need no compiler are for all lessons.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use workbook::{
    catalogue::{register::Register, workspace::Workspace},
    judge::{process::Cancel, run::Job},
    verify::{self, Problem, Runs},
};

/// A lesson is begun as long as this is not over.
const TIME: Duration = Duration::from_secs(10);

fn workspace() -> Workspace {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    Workspace { root: root.to_owned() }
}

#[track_caller]
fn none(problems: &[Problem]) {
    let problems: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.file, problem.what)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_exercise_is_complete() {
    let workspace = workspace();
    let register = Register::read(&workspace).expect("the manifests can be read");
    let problems = register.lessons.iter().flat_map(|lesson| verify::rules(&workspace, lesson, None).problems);
    none(&problems.collect::<Vec<_>>());
}

#[test]
fn starters_fail_solutions_pass_and_traps_are_caught() {
    let workspace = workspace();
    let register = Register::read(&workspace).expect("the manifests can be read");
    let job = Job { workspace, width: 100, ascii: false, cancel: Cancel::default() };
    let start = Instant::now();
    let (mut problems, mut traps) = (Vec::new(), 0);
    for lesson in &register.lessons {
        if start.elapsed() > TIME {
            println!("{}: left to `cargo workbook verify`", lesson.id);
            continue;
        }
        let verified = verify::lesson(&job, lesson, None, Runs::ONCE).expect("cargo can build");
        problems.extend(verified.problems);
        traps += verified.counts.traps;
    }
    none(&problems);
    assert!(traps > 0, "there are traps to catch");
}
