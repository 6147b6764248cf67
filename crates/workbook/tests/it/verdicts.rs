//! What the runner says where the harness cannot, and what it shows of the learner's own output.

use std::fs;

use crate::support::{Fixture, GREET, RIGHT};

#[test]
fn compile_errors_name_the_learners_file_and_hide_warnings() {
    let fixture = Fixture::new();
    fixture.greet("let unused = 1; nobody_knows_this()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(1, &["does not compile", "exercises/01-demo/greet.rs:4:21", "nobody_knows_this"])
        .without("unused variable");
    ran.without(fixture.root().to_str().expect("a temporary folder has a plain name"));
}

#[test]
fn a_changed_signature_is_explained() {
    let fixture = Fixture::new();
    fixture.write(GREET, &crate::support::greet(RIGHT).replace("name: &str", "name: String"));
    fixture.run(&["check", "greet"]).expect(1, &["does not compile", "solutions/01-demo/starters/greet.rs"]);
}

#[test]
fn warnings_are_shown_after_a_pass() {
    let fixture = Fixture::new();
    fixture.greet("let unused = 1; format!(\"Hello, {name}\")");
    fixture.run(&["check", "greet"]).expect(0, &["Passed", "unused variable"]);
}

#[test]
fn without_the_line_of_the_checks_nothing_passes() {
    let fixture = Fixture::new();
    fixture.write(
        GREET,
        &crate::support::greet(RIGHT).replace("mod checks;", "").replace("#[path = \"checks/greet.rs\"]", ""),
    );
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "they are gone", "mod checks;", "reset 01-demo/greet"]);
}

#[test]
fn an_empty_file_does_not_pass() {
    let fixture = Fixture::new();
    fixture.write(GREET, "");
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "greet.rs is empty", "reset 01-demo/greet"]);
}

#[test]
fn checks_of_another_name_do_not_count() {
    let fixture = Fixture::new();
    fixture.write(GREET, "mod checks { #[test] fn greets_by_first_name() {} }\n");
    fixture.run(&["check", "greet"]).expect(1, &["tampered"]);
    fixture.write(GREET, "mod checks { #[test] fn greets_by_name() {} #[test] fn says_hello() {} #[test] fn another_name_gets_another_greeting() {} }\n");
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "they are gone"]);
}

#[test]
fn a_checks_file_without_checks_is_no_pass() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.write("exercises/01-demo/checks/greet.rs", "use super::*;\n");
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "holds no check"]);
    fs::remove_file(fixture.path("exercises/01-demo/checks/greet.rs")).expect("it is there");
    fixture.run(&["check", "greet"]).expect(1, &["does not compile"]);
}

#[test]
fn code_that_ends_the_process_does_not_pass() {
    let fixture = Fixture::new();
    fixture.greet("{ let _ = name; std::process::exit(0) }");
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "std::process::exit"]);
    fixture.greet("{ let _ = name; std::process::exit(3) }");
    fixture.run(&["check", "greet"]).expect(1, &["wrong", "exit code 3"]);
}

#[cfg(unix)]
#[test]
fn the_death_of_the_process_is_told() {
    let fixture = Fixture::new();
    fixture.greet("{ println!(\"before {name}\"); std::process::abort() }");
    fixture.run(&["check", "greet"]).expect(1, &["wrong", "SIGABRT", "before Ada"]);
    fixture.greet("greet(&format!(\"{name}{}\", greet(name).len()))");
    fixture.run(&["check", "greet"]).expect(1, &["wrong", "the stack overflowed", "SIGABRT"]);
}

#[test]
fn what_the_learner_printed_is_shown() {
    let fixture = Fixture::new();
    fixture.greet("println!(\"to out {name}\"); eprintln!(\"to err\"); print!(\"no end\"); \"Hello\".to_owned()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(1, &["Your code printed: │ to out Ada │ to err │ no end"]);
    ran.without("running 1 test").without("test result").without("FAILED").without("no end.");
    fixture.greet("for n in 0..1000 { println!(\"line {n}\"); } \"Hello\".to_owned()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(1, &["the last 40 of", "line 999"]).without("line 959\n");
    fixture.greet("println!(\"a\\u{1b}[2Jb\\rc\\td\"); \"Hello\".to_owned()");
    fixture.run(&["check", "greet"]).expect(1, &["│ abc d"]).without("\u{1b}");
}

#[test]
fn the_first_failure_in_the_order_of_the_file_is_the_verdict() {
    let fixture = Fixture::new();
    fixture.greet("let _ = name; \"Hello\".to_owned()");
    fixture
        .run(&["check", "greet"])
        .expect(1, &["✗ The greeting holds the name. ✓ The greeting is polite. ✗ Another", "no name in it"]);
    fixture.greet("name.to_owned()");
    fixture
        .run(&["check", "greet"])
        .expect(1, &["✓ The greeting holds the name. ✗ The greeting is polite.", "does not say Hello"]);
}

#[test]
fn the_line_at_which_a_future_hangs_is_found_in_a_second_build() {
    let fixture = Fixture::new();
    fixture.edit("Cargo.toml", "debug = false", "debug = \"line-tables-only\"");
    fixture.edit("exercises/01-demo/checks/greet.rs", "mod stand_in;", "pub mod stand_in;");
    let builds = || {
        let files = fs::read_dir(fixture.path("target/debug/deps")).expect("something was built");
        let names = files.map(|file| file.expect("the folder can be read").file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("greet-") && name.ends_with(".d")).count()
    };
    fixture.greet("let _ = name; \"Hello\".to_owned()");
    fixture.run(&["check", "greet"]).expect(1, &["wrong"]);
    assert_eq!(builds(), 1, "nobody asked for a line");
    fixture.greet("let _ = name; checks::stand_in::hangs()");
    fixture.run(&["check", "greet"]).expect(1, &["deadlock", "your code waits at", "greet.rs:4:19"]);
    assert_eq!(builds(), 2);
    // Both know of the next save.
    fixture.greet("let _ = name;\n    checks::stand_in::hangs()");
    fixture.run(&["check", "greet"]).expect(1, &["deadlock", "your code waits at", "greet.rs:5:5"]);
}

#[test]
fn a_line_that_cannot_be_found_is_no_trouble() {
    let fixture = Fixture::new();
    fixture.edit("exercises/01-demo/checks/greet.rs", "mod stand_in;", "pub mod stand_in;");
    fixture.greet("let _ = name; checks::stand_in::hangs()");
    fixture.run(&["check", "greet"]).expect(1, &["deadlock", "your code waits somewhere"]);
}

#[test]
fn an_error_outside_of_the_exercise_is_not_the_learners() {
    let fixture = Fixture::new();
    fixture.write(
        "exercises/01-demo/Cargo.toml",
        &(fixture.read("exercises/01-demo/Cargo.toml") + "\n[dependencies]\nmissing = { path = \"nowhere\" }\n"),
    );
    fixture.run(&["check", "greet"]).expect(3, &["the reason is not your file", "nowhere"]);
    assert!(!fixture.path(".workbook/progress.txt").exists());
}
