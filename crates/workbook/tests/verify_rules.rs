//! `verify` finds what an author can get wrong: each rule is broken once, and the problem must name the file.

mod support;

use support::Fixture;
use workbook::{register::Register, verify, workspace::Workspace};

const LESSON: &str = "01-demo";

/// `verify` ends with 1 and finds this problem.
#[track_caller]
fn problem(fixture: &Fixture, file: &str, words: &[&str]) {
    let ran = fixture.run(&["verify", LESSON, "--json"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    let problems = ran.json()["problems"].clone();
    found(&serde_json::from_value::<Vec<Found>>(problems).expect("a list of problems"), file, words);
}

/// The same for a rule that needs no compiler, without one.
#[track_caller]
fn broken_rule(fixture: &Fixture, file: &str, words: &[&str]) {
    let workspace = Workspace { root: fixture.root().to_owned() };
    let register = Register::read(&workspace).expect("the manifests can be read");
    let lesson = register.lesson(LESSON).expect("the fixture has it");
    let problems = verify::rules(&workspace, lesson, None).problems.into_iter();
    found(&problems.map(|problem| Found { file: problem.file, what: problem.what }).collect::<Vec<_>>(), file, words);
}

#[derive(Debug, serde::Deserialize)]
struct Found {
    file: String,
    what: String,
}

#[track_caller]
fn found(problems: &[Found], file: &str, words: &[&str]) {
    let is_meant = |problem: &&Found| problem.file == file && words.iter().all(|words| problem.what.contains(words));
    assert!(
        problems.iter().any(|problem| is_meant(&problem)),
        "no problem with {file} that says {words:?} in\n{problems:#?}"
    );
}

#[test]
fn the_fixture_itself_has_no_problem() {
    let fixture = Fixture::new();
    let ran = fixture.run(&["verify"]);
    ran.expect(
        0,
        &["✓ 01-demo 2 exercises, 5 checks, 2 starters, 2 solutions, 4 traps", "✓ 02-more", "No problem. 3 exercises"],
    );
    fixture.run(&["verify", "--strict"]).expect(0, &["No problem"]);
    fixture.run(&["verify", "02-more/count"]).expect(0, &["1 exercise, 2 checks, 1 starter, 1 solution, 2 traps"]);
    fixture.run(&["verify", "nothing"]).expect(2, &["list"]);
}

#[test]
fn a_learners_edits_are_a_note_and_with_strict_a_problem() {
    let fixture = Fixture::new();
    fixture.greet("does not even compile");
    fixture.run(&["verify"]).expect(0, &["– exercises/01-demo/greet.rs is edited", "No problem"]);
    fixture.run(&["verify", "--strict"]).expect(1, &["✗ exercises/01-demo/greet.rs is edited", "1 problem"]);
}

#[test]
fn a_starter_must_fail_as_not_started() {
    let fixture = Fixture::new();
    let starter = "solutions/01-demo/starters/greet.rs";
    fixture.edit(starter, "todo!(\"say hello to {name}\")", "format!(\"Hello, {name}!\")");
    problem(&fixture, starter, &["passes every check"]);
    fixture.edit(starter, "format!(\"Hello, {name}!\")", "String::new()");
    problem(&fixture, starter, &["should fail as `not started`, but is `wrong`", "greets_by_name", "no name in it"]);
    fixture.edit(starter, "String::new()", "name");
    problem(&fixture, starter, &["does not compile", "mismatched types", "solutions/01-demo/starters/greet.rs:7"]);
    fixture.edit(starter, "//! Run:", "//! Starts: does not compile\n//! Run:");
    fixture.run(&["verify", LESSON]).expect(0, &["No problem"]);
    fixture.edit(starter, "    name\n", "    todo!(\"now it compiles\")\n");
    problem(&fixture, starter, &["should not compile, but does"]);
}

#[test]
fn a_solution_must_pass_without_a_warning() {
    let fixture = Fixture::new();
    let solution = "solutions/01-demo/greet.rs";
    fixture.edit(solution, "format!(\"Hello, {name}!\")", "let unused = 1;\n    format!(\"Hello, {name}!\")");
    problem(&fixture, solution, &["without a warning", "unused variable", "solutions/01-demo/greet.rs:4"]);
    fixture.edit(solution, "let unused = 1;\n    format!(\"Hello, {name}!\")", "format!(\"{name}\")");
    problem(&fixture, solution, &["should pass, but is `wrong`", "says_hello"]);
    fixture.edit(solution, "#[cfg(not(rust_analyzer))]\n", "");
    problem(&fixture, solution, &["does not end with", "rust_analyzer"]);
}

#[test]
fn another_right_answer_must_pass_too() {
    let fixture = Fixture::new();
    let other = "solutions/01-demo/also_right/greet/by_hand.rs";
    fixture.write(other, "pub fn greet(name: &str) -> String {\n    [\"Hello \", name].concat()\n}\n");
    fixture.run(&["verify", LESSON]).expect(0, &["1 other right answer"]);
    fixture.edit(other, "name]", "\"you\"]");
    problem(&fixture, other, &["should pass, but is `wrong`"]);
}

#[test]
fn a_trap_must_be_caught_by_the_check_that_teaches_about_it() {
    let fixture = Fixture::new();
    let trap = "solutions/01-demo/traps/greet/for_everybody.rs";
    let before = fixture.read(trap);
    let with = |from: &str, to: &str| {
        fixture.write(trap, &before);
        fixture.edit(trap, from, to);
    };
    with("\"Hello!\".to_owned()", "format!(\"Hello, {_name}!\")");
    problem(&fixture, trap, &["is not caught: it passes every check"]);
    with("Caught by: greets_by_name", "Caught by: says_hello");
    problem(&fixture, trap, &["should be caught by `says_hello`", "`greets_by_name` (wrong) said", "no name in it"]);
    with("Caught by: greets_by_name", "Caught by: nothing_of_that_name");
    problem(&fixture, trap, &["`nothing_of_that_name`, which is no check"]);
    with("Says: no name", "Says: not these words");
    problem(&fixture, trap, &["does not say \"not these words\"", "the greeting has no name in it"]);
    with("Caught by: greets_by_name", "Caught by: the compiler");
    problem(&fixture, trap, &["should not compile, but does"]);
    with("\"Hello!\".to_owned()", "_name");
    problem(&fixture, trap, &["does not compile", "mismatched types"]);
    for line in ["//! Trap: one text for all.\n", "//! Caught by: greets_by_name\n", "//! Says: no name\n"] {
        with(line, "");
        let name = line.trim_start_matches("//! ").split(':').next().expect("a part");
        broken_rule(&fixture, trap, &["has no line", name]);
    }
    let by_compiler = "solutions/01-demo/traps/greet/borrowed.rs";
    fixture.write(trap, &before);
    fixture.edit(by_compiler, "Says: mismatched types", "Says: borrowed value");
    problem(&fixture, by_compiler, &["the compiler does not say \"borrowed value\"", "mismatched types"]);
    std::fs::remove_file(fixture.path(by_compiler)).expect("it is there");
    broken_rule(&fixture, "solutions/01-demo/traps/greet", &["1 of at least 2 traps"]);
}

/// The errors of two of them are in the checks, which all attempts share: each must be found all the same.
#[test]
fn attempts_that_do_not_compile_hide_no_other() {
    let fixture = Fixture::new();
    for (name, code) in [("a", "name"), ("b", "1")] {
        let file = format!("solutions/01-demo/traps/greet/{name}.rs");
        let head = "//! Trap: x\n//! Caught by: greets_by_name\n//! Says: no name\n";
        fixture.write(&file, &format!("{head}pub fn greet(name: &str) -> String {{ {code} }}\n"));
    }
    let head = "//! Trap: x\n//! Caught by: greets_by_name\n//! Says: no name\n";
    fixture.write("solutions/01-demo/traps/greet/c.rs", &format!("{head}pub fn greet(name: u8) -> u8 {{ name }}\n"));
    for file in ["a", "b", "c"] {
        problem(&fixture, &format!("solutions/01-demo/traps/greet/{file}.rs"), &["does not compile"]);
    }
    let json = fixture.run(&["verify", LESSON, "--json"]).json();
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(3), "{json:#}");
}

#[test]
fn header_hints_and_manifests_must_be_complete() {
    let fixture = Fixture::new();
    let starter = "solutions/01-demo/starters/greet.rs";
    let before = fixture.read(starter);
    for (from, to, words) in [
        ("//! # Greet\n", "", "no title"),
        (
            "//! A model greets its user by name. `greet` must use the name it is given,\n//! and every name gets its own greeting.\n",
            "",
            "no task",
        ),
        ("check 01-demo/greet", "check 01-demo/great", "no line `//! Run: `cargo workbook check 01-demo/greet`"),
        (" · Read: book, chapter 1", "", "what to read"),
        (" · 5 min", "", "how many minutes"),
        ("todo!(\"say hello to {name}\")", "todo!()", "does not say what to do"),
        ("mod checks;", "", "does not end with"),
    ] {
        fixture.write(starter, &before);
        fixture.edit(starter, from, to);
        broken_rule(&fixture, starter, &[words]);
    }
    fixture.write(starter, &before);

    let hints = "exercises/01-demo/hints/greet.md";
    fixture.edit(hints, "## Hint 3", "## Another");
    broken_rule(&fixture, hints, &["2 of at least 3"]);
    fixture.edit(hints, "## Another", "## Hint 3");
    fixture.edit(hints, "When says_hello fails", "When says_goodbye fails");
    broken_rule(&fixture, hints, &["`says_goodbye`, which is no check"]);
    fixture.edit(hints, "says_goodbye", "says_hello");

    let checks = "exercises/01-demo/checks/greet.rs";
    fixture.edit(checks, "/// The greeting is polite.\n", "");
    broken_rule(&fixture, checks, &["`says_hello` has no line that says what it checks"]);
    fixture.edit(checks, "#[test]\nfn says_hello", "/// The greeting is polite.\n#[test]\nfn says_hello");

    fixture.write("exercises/01-demo/forgotten.rs", "");
    broken_rule(&fixture, "exercises/01-demo/forgotten.rs", &["belongs to no exercise"]);
    std::fs::remove_file(fixture.path("exercises/01-demo/forgotten.rs")).expect("it is there");

    let manifest = "solutions/01-demo/Cargo.toml";
    fixture.edit(manifest, "test = false\n", "");
    broken_rule(&fixture, manifest, &["`attempts` needs `test = false`"]);
    fixture.edit(manifest, "path = \"attempts.rs\"\n", "path = \"attempts.rs\"\ntest = false\n");
    let exercises = "exercises/01-demo/Cargo.toml";
    let text = fixture.read(exercises);
    fixture.edit(exercises, "\n[[test]]\nname = \"count\"\npath = \"count.rs\"\n", "");
    broken_rule(&fixture, manifest, &["greet count here, greet there"]);
    fixture.write(exercises, &text);
    fixture.run(&["verify", LESSON]).expect(0, &["No problem"]);
}
