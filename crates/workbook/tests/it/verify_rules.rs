//! `verify` finds what an author can get wrong: each rule is broken once, and the problem must name the file.

use crate::support::Fixture;
use workbook::{
    catalogue::{register::Register, workspace::Workspace},
    verify,
};

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
    // Broken code to be mended says which verdict it begins with.
    fixture.edit(starter, "Starts: does not compile", "Starts: wrong");
    problem(&fixture, starter, &["should fail as `wrong`, but is `not started`"]);
    fixture.edit(starter, "    todo!(\"now it compiles\")\n", "    name.to_owned()\n");
    fixture.run(&["verify", LESSON]).expect(0, &["No problem"]);
    fixture.edit(starter, "Starts: wrong", "Starts: badly");
    broken_rule(&fixture, starter, &["names no verdict"]);
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
    let other = "solutions/01-demo/also_right/greet.rs";
    let by_hand = "pub fn greet(name: &str) -> String {\n        [\"Hello \", name].concat()\n    }";
    fixture.write(other, &format!("/// Also right: by hand.\nmod by_hand {{\n    {by_hand}\n}}\n"));
    fixture.run(&["verify", LESSON]).expect(0, &["1 other right answer"]);
    fixture.edit(other, "name]", "\"you\"]");
    problem(&fixture, &format!("{other}:2"), &["`by_hand` should pass, but is `wrong`"]);
}

/// Here it is another one in the first run of all, whichever that is.
#[test]
fn a_verdict_that_is_another_one_now_and_then_is_a_problem() {
    let fixture = Fixture::new();
    let there = fixture.path("there");
    let other = "solutions/01-demo/also_right/greet.rs";
    let now_and_then = format!(
        "/// Also right: now and then.\nmod now_and_then {{\n    pub fn greet(name: &str) -> String {{\n        \
         let is_first = std::fs::File::create_new({there:?}).is_ok();\n        \
         if is_first {{ String::new() }} else {{ format!(\"Hello, {{name}}!\") }}\n    }}\n}}\n"
    );
    fixture.write(other, &now_and_then);
    fixture.run(&["verify", LESSON, "--times", "4", "--right"]).expect(
        1,
        &["0 starters, 2 solutions, 1 other right answer, 0 traps", "in 1 of 4 runs", "should pass, but is"],
    );
    fixture.run(&["verify", LESSON, "--times", "4"]).expect(0, &["1 other right answer, 4 traps"]);
    fixture.run(&["verify", LESSON, "--times", "0"]).expect(2, &["--times needs a number from 1 on, not `0`"]);
}

const TRAPS: &str = "solutions/01-demo/traps/greet.rs";
/// Where the two attempts of that catalogue begin.
const BORROWED: &str = "solutions/01-demo/traps/greet.rs:6";
const FOR_EVERYBODY: &str = "solutions/01-demo/traps/greet.rs:15";

#[test]
fn a_trap_must_be_caught_by_the_check_that_teaches_about_it() {
    let fixture = Fixture::new();
    let before = fixture.read(TRAPS);
    let with = |from: &str, to: &str| {
        fixture.write(TRAPS, &before);
        fixture.edit(TRAPS, from, to);
    };
    with("\"Hello!\".to_owned()", "format!(\"Hello, {_name}!\")");
    problem(&fixture, FOR_EVERYBODY, &["`for_everybody` is not caught: it passes every check"]);
    with("Caught by: greets_by_name", "Caught by: says_hello");
    problem(
        &fixture,
        FOR_EVERYBODY,
        &["should be caught by `says_hello`", "`greets_by_name` (wrong) said", "no name in it"],
    );
    with("Caught by: greets_by_name", "Caught by: nothing_of_that_name");
    problem(&fixture, FOR_EVERYBODY, &["`nothing_of_that_name`, which is no check"]);
    with("Says: no name", "Says: not these words");
    problem(&fixture, FOR_EVERYBODY, &["does not say \"not these words\"", "the greeting has no name in it"]);
    with("Caught by: greets_by_name", "Caught by: the compiler");
    problem(&fixture, FOR_EVERYBODY, &["should not compile, but does"]);
    with("\"Hello!\".to_owned()", "_name");
    problem(
        &fixture,
        FOR_EVERYBODY,
        &["does not compile", "mismatched types", "solutions/01-demo/traps/greet.rs:17:9"],
    );
    for (line, begins) in
        [("/// Trap: one text for all.\n", 14), ("/// Caught by: greets_by_name\n", 14), ("/// Says: no name\n", 14)]
    {
        with(line, "");
        let name = line.trim_start_matches("/// ").split(':').next().expect("a part");
        broken_rule(&fixture, &format!("{TRAPS}:{begins}"), &["has no line", name]);
    }
    with("Says: mismatched types", "Says: borrowed value");
    problem(&fixture, BORROWED, &["`borrowed` the compiler does not say \"borrowed value\"", "mismatched types"]);
    fixture.write(TRAPS, before.split_once("\n/// Trap: one").expect("there are two").0);
    broken_rule(&fixture, TRAPS, &["1 of at least 2 traps"]);
}

/// Each has its own copy of the checks, so that an error in there is told of the attempt that causes it.
#[test]
fn attempts_that_do_not_compile_hide_no_other() {
    let fixture = Fixture::new();
    let head = "/// Trap: x\n/// Caught by: greets_by_name\n/// Says: no name\n";
    let attempts = [("a", "&str", "name"), ("b", "&str", "1"), ("c", "u8", "name")].map(|(name, takes, code)| {
        format!("{head}mod {name} {{\n    pub fn greet(name: {takes}) -> String {{\n        {code}\n    }}\n}}\n")
    });
    fixture.write(TRAPS, &attempts.join("\n"));
    for line in [4, 13, 22] {
        problem(&fixture, &format!("{TRAPS}:{line}"), &["does not compile"]);
    }
    let json = fixture.run(&["verify", LESSON, "--json"]).json();
    assert_eq!(json["problems"].as_array().map(Vec::len), Some(3), "{json:#}");
}

#[test]
fn a_catalogue_holds_only_what_differs() {
    let fixture = Fixture::new();
    let before = fixture.read(TRAPS);
    let with = |from: &str, to: &str| {
        fixture.write(TRAPS, &before);
        fixture.edit(TRAPS, from, to);
    };
    with("\"Hello!\".to_owned()", "format!(\"Hello, {name}!\") // as it should be");
    fixture.edit(TRAPS, "_name: &str", "name: &str");
    broken_rule(&fixture, FOR_EVERYBODY, &["repeats `fn greet` as the solution has it"]);
    with("/// Says: no name\n", "/// Says: no name\n/// Without: impl Drop for Greeting\n");
    broken_rule(
        &fixture,
        &format!("{TRAPS}:16"),
        &["leaves out `impl Drop for Greeting`, which the solution does not have"],
    );
    with("mod for_everybody", "mod borrowed");
    broken_rule(&fixture, FOR_EVERYBODY, &["`borrowed` stands there twice"]);
    with("mod for_everybody {", "const HELLO: &str = \"Hello\";\n\nmod for_everybody {");
    broken_rule(&fixture, TRAPS, &["line 15, `const HELLO`, belongs to no module"]);
    // What an attempt leaves out is gone, and what it does not name stays as the solution has it.
    let solution = "solutions/01-demo/greet.rs";
    fixture.edit(solution, "format!(\"Hello, {name}!\")", "hello(name)");
    fixture.edit(
        solution,
        "#[cfg(not",
        "fn hello(name: &str) -> String {\n    format!(\"Hello, {name}!\")\n}\n\n#[cfg(not",
    );
    let calls = "pub fn greet(name: &str) -> String {\n        hello(&name[..0])\n    }";
    let head = "/// Trap: x\n/// Caught by: greets_by_name\n/// Says: no name\n";
    let without =
        "/// Trap: x\n/// Caught by: the compiler\n/// Says: cannot find function `hello`\n/// Without: fn hello\n";
    fixture.write(TRAPS, &format!("{head}mod a {{\n    {calls}\n}}\n\n{without}mod b {{\n    {calls}\n}}\n"));
    fixture.run(&["verify", "01-demo/greet"]).expect(0, &["No problem"]);
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
    fixture.edit(manifest, "path = \"../attempts.rs\"\n", "path = \"../attempts.rs\"\ntest = false\n");
    fixture.edit(manifest, "name = \"solutions\"", "name = \"answers\"");
    broken_rule(&fixture, manifest, &["are to be `solutions` and `attempts`, but are: answers attempts"]);
    fixture.edit(manifest, "name = \"answers\"", "name = \"solutions\"");
    let exercises = "exercises/01-demo/Cargo.toml";
    let text = fixture.read(exercises);
    fixture.edit(exercises, "\n[[test]]\nname = \"count\"\npath = \"count.rs\"\n", "");
    broken_rule(&fixture, "solutions/01-demo/solutions.rs", &["greet count here, greet there"]);
    fixture.write(exercises, &text);
    fixture.run(&["verify", LESSON]).expect(0, &["No problem"]);
}
