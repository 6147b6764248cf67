//! `new` makes files that compile, run, and say themselves what is left to write.

use std::{fs, path::Path};

use crate::support::{Fixture, Ran};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/")
}

/// This workbook with its crates, without its lessons: what a new lesson is compiled in.
fn empty_workbook() -> Fixture {
    let fixture = Fixture::empty();
    let crates = root().join("crates").to_string_lossy().replace('\\', "/");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let manifest = manifest
        .replace("path = \"crates/", &format!("path = \"{crates}/"))
        .replace("members = [\"crates/*\", ", "members = [")
        .replace(", \"book/asyncio\", \"book/po\"]", "]");
    assert!(!manifest.contains("\"book/"), "the book's own crates are not in this workbook:\n{manifest}");
    fixture.write("Cargo.toml", &manifest);
    for file in ["Cargo.lock", "rustfmt.toml", "solutions/attempts.rs", ".cargo/config.toml"] {
        fixture.write(file, &fs::read_to_string(root().join(file)).expect("it is there"));
    }
    let benches = fs::read_to_string(root().join("benches/Cargo.toml")).expect("the benches have a manifest");
    let (head, rest) = benches.split_once("lesson-01-futures").expect("the benches use the first lesson");
    let lines = rest.lines().skip(1).filter(|line| !line.starts_with("lesson-"));
    let rest: Vec<&str> = lines.collect();
    let rest = rest.join("\n");
    let targets = rest.find("[[bench]]").expect("there are benches");
    let lints = rest.find("[lints]").expect("the manifest ends with lints");
    fixture.write("benches/Cargo.toml", &format!("{head}{}{}\n", &rest[..targets], &rest[lints..]));
    fixture.write("book/src/SUMMARY.md", "# Summary\n\n- [Nothing runs until it is polled](01-futures.md)\n  - [Exercises of lesson 1](exercises/01-futures.md)\n\n---\n\n[What people write: lesson 01](what_people_write/01-futures.md)\n");
    fixture.write("README.md", "| [01-futures](lessons/01-futures): nothing | x | y | z |\n\nEnd.\n");
    fixture
}

#[test]
fn a_new_lesson_compiles_and_verify_says_what_is_left() {
    let fixture = empty_workbook();
    // A workbook has at least one lesson.
    let first = "[package]\nname = \"exercises-01-futures\"\nautotests = false\n\n[[test]]\nname = \"one\"\npath = \"one.rs\"\n";
    fixture.write("exercises/01-futures/Cargo.toml", first);
    fixture.write("exercises/01-futures/one.rs", "//! Nothing.\n");
    fixture.run(&["new", "16-many-topics/first_one"]).expect(
        0,
        &[
            "exercises/16-many-topics/first_one.rs",
            "solutions/16-many-topics/traps/first_one.rs",
            "lessons/16-many-topics/src/lib.rs",
            "benches/Cargo.toml",
            "cargo workbook verify 16-many-topics/first_one",
        ],
    );
    fixture.run(&["new", "16/second"]).expect(0, &["exercises/16-many-topics/second.rs"]);
    assert!(
        fixture
            .read("book/src/SUMMARY.md")
            .contains("(01-futures.md)\n  - [Exercises of lesson 1](exercises/01-futures.md)\n- [TODO: the claim of the lesson](16-many-topics.md)\n  - \
                 [Exercises of lesson 16](exercises/16-many-topics.md)\n")
    );
    assert!(
        fixture
            .read("exercises/16-many-topics/Cargo.toml")
            .contains("name = \"second\"\npath = \"second.rs\"\n\n# Not the")
    );
    assert!(fixture.read("book/src/SUMMARY.md").ends_with(
        "(what_people_write/01-futures.md)\n[What people write: lesson 16](what_people_write/16-many-topics.md)\n"
    ));
    let exercise = fixture.read("exercises/16-many-topics/first_one.rs");
    assert!(exercise.starts_with("//! # First one\n"), "{exercise}");

    let target = root().join("target");
    let verify = || {
        let ran = Ran::of(
            fixture.command(&["verify", "16", "--json"]).env("CARGO_TARGET_DIR", &target).output().expect("it runs"),
        );
        let problems = ran.expect(1, &[]).json()["problems"].clone();
        serde_json::from_value::<Vec<serde_json::Value>>(problems).expect("a list")
    };
    // The starter fails, the solution and the other answer pass and the trap is caught: nothing is wrong but what is left.
    for problem in verify() {
        let what = problem["what"].as_str().unwrap_or_default();
        assert!(what.contains("is still to be written") || what.contains("1 of at least 2 traps"), "{problem}");
    }
    let cargo = |args: &[&str]| {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo.args(args).current_dir(fixture.root()).env("CARGO_TARGET_DIR", &target);
        Ran::of(cargo.output().expect("cargo starts"))
    };
    cargo(&["test", "--package", "lesson-16-many-topics", "--package", "solutions-16-many-topics"])
        .expect(0, &["one_call_takes_as_long_as_its_model", "second::checks::takes_as_long_as_one_call"]);
    cargo(&["check", "--quiet", "--benches", "--package", "benches"]).expect(0, &[]);
    for package in ["lesson", "exercises", "solutions"] {
        cargo(&["fmt", "--check", "--package", &format!("{package}-16-many-topics")]).expect(0, &[]);
    }
}

#[test]
fn what_cannot_be_a_lesson_or_a_test_is_refused() {
    let fixture = Fixture::new();
    fixture.run(&["new"]).expect(2, &["new 03-join/race"]);
    fixture.run(&["new", "race"]).expect(2, &["`race` is no LESSON/NAME"]);
    fixture.run(&["new", "01-demo/Race"]).expect(2, &["`Race` cannot be the name of a test"]);
    fixture.run(&["new", "01-demo/async"]).expect(2, &["no word of Rust"]);
    fixture.run(&["new", "topic/race"]).expect(2, &["two digits"]);
    fixture.run(&["new", "01-demo/greet"]).expect(2, &["01-demo/greet is there already"]);
}

#[test]
fn a_new_exercise_stands_beside_the_others() {
    let fixture = Fixture::new();
    let before = fixture.read("exercises/01-demo/greet.rs");
    fixture.run(&["new", "demo/race"]).expect(2, &["two digits"]);
    fixture.run(&["new", "01-demo/race"]).expect(0, &["exercises/01-demo/checks/race.rs"]).without("lessons/");
    fixture.run(&["list"]).expect(0, &["race"]);
    assert_eq!(fixture.read("exercises/01-demo/greet.rs"), before);
    assert!(fixture.read("solutions/01-demo/solutions.rs").ends_with("mod count;\nmod race;\n"));
}
