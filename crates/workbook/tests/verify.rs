//! Proves the exercises of this workbook: the same as `cargo workbook verify`, as a part of `cargo test`.

use std::path::Path;

use workbook::{
    process::Cancel,
    register::Register,
    run::Job,
    verify::{self, Verified},
    workspace::Workspace,
};

#[test]
fn starters_fail_solutions_pass_and_traps_are_caught() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/");
    let workspace = Workspace { root: root.to_owned() };
    let register = Register::read(&workspace).expect("the manifests can be read");
    let job = Job { workspace, width: 100, ascii: false, cancel: Cancel::default() };
    let mut verified = Verified::default();
    for lesson in &register.lessons {
        verified.add(verify::lesson(&job, lesson, None).expect("cargo can build"));
    }
    let problems = verified.problems.iter().map(|problem| format!("\n{}: {}\n", problem.file, problem.what));
    assert!(verified.problems.is_empty(), "{}", problems.collect::<String>());
    assert!(verified.counts.exercises > 0 && verified.counts.traps >= 2 * verified.counts.exercises);
}
