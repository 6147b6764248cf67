//! What the runner says where the harness cannot, and what it shows of the learner's own output.

use std::fs;

use crate::support::{Fixture, GREET, RIGHT};
#[cfg(unix)]
use crate::support::{Ran, script};

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
    fixture
        .run(&["check", "greet"])
        .expect(1, &["does not compile", "narrower than the task's", "solutions/01-demo/starters/greet.rs"]);
}

/// Cargo starts it in place of the compiler, which it does not reach for this exercise.
#[cfg(unix)]
fn with_a_compiler_that_says(fixture: &Fixture, message: &str) -> Ran {
    let said = format!(
        "case \" $* \" in *' --crate-name greet '*) printf '%s\\n' '{message}' >&2; exit 1;; esac; exec \"$@\""
    );
    script(&fixture.path("bin/compiler"), &said);
    let mut command = fixture.command(&["check", "greet"]);
    command.env("RUSTC_WRAPPER", fixture.path("bin/compiler"));
    Ran::of(command.output().expect("the runner starts"))
}

/// What stops the compiler is no error in anybody's code.
#[cfg(unix)]
#[test]
fn a_compiler_that_cannot_write_or_crashes_is_no_verdict() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let message = |level: &str, words: &str, spans: &str| {
        format!(
            r#"{{"$message_type":"diagnostic","message":"{words}","code":null,"level":"{level}","spans":[{spans}],"children":[],"rendered":"{level}: {words}\n"}}"#
        )
    };
    let span = r#"{"file_name":"exercises/01-demo/greet.rs","byte_start":0,"byte_end":1,"line_start":1,"line_end":1,"column_start":1,"column_end":2,"is_primary":true,"text":[],"label":null,"suggested_replacement":null,"suggestion_applicability":null,"expansion":null}"#;
    for (level, words, spans) in [
        ("error", "failed to write x.rcgu.o: No space left on device (os error 28)", ""),
        ("error: internal compiler error", "unexpected region", ""),
        ("error: internal compiler error", "unexpected region", span),
    ] {
        let ran = with_a_compiler_that_says(&fixture, &message(level, words, spans));
        ran.expect(3, &["the reason is not your file", words]);
        ran.without("does not compile").without("narrower");
    }
    assert!(!fixture.path(".workbook/progress.txt").exists());
}

/// The error has no place in the file: it is about the whole of it.
#[test]
fn a_file_that_is_no_text_does_not_compile() {
    let fixture = Fixture::new();
    let text = crate::support::greet("// Gr\u{fc}\u{df}e").chars().map(|letter| letter as u8).collect::<Vec<u8>>();
    fs::write(fixture.path(GREET), text).expect("the fixture can be written");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(1, &["does not compile", "exercises/01-demo/greet.rs", "UTF-8"]);
    ran.without("narrower");
}

/// The linker is there, and says what is wrong. Nobody has to install one.
#[cfg(unix)]
#[test]
fn a_link_that_fails_says_why() {
    let fixture = Fixture::new();
    let declared = "unsafe extern \"C\" { fn nothing_of_that_name(); } unsafe { nothing_of_that_name() };";
    fixture.greet(&format!("{declared} format!(\"Hello, {{name}}!\")"));
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(3, &["the program cannot be linked", "nothing_of_that_name", "`extern`"]);
    ran.without("build-essential").without("not your file");
}

#[test]
fn the_first_error_is_whole_and_the_others_are_counted_by_kind() {
    let fixture = Fixture::new();
    fixture.greet("one(); two(); three(); let n: u8 = name; n.to_string()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(
        1,
        &[
            "cannot find function `one`",
            "3 more errors. Mend the one above first",
            "error[E0425]: cannot find function `two` in this scope exercises/01-demo/greet.rs:4:12, and 1 like it",
            "error[E0308]: mismatched types exercises/01-demo/greet.rs:4:40",
        ],
    );
    ran.without("`three`");
}

/// What nobody awaits or looks at is often why a check fails; a variable that nobody uses is not.
#[test]
fn a_result_that_nobody_uses_is_told_with_the_failure() {
    let fixture = Fixture::new();
    fixture.greet("let unused = 1; Ok::<u8, u8>(1); name.to_owned()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(1, &["does not say Hello", "The compiler warns:", "unused `Result` that must be used"]);
    ran.without("unused variable");
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

/// They have the names, and report as the real ones do, but stand in the learner's file.
#[test]
fn checks_of_the_learners_own_do_not_count() {
    let fixture = Fixture::new();
    let test = |name: &str| {
        format!(
            "    #[test]\n    fn {name}() {{\n        let _check = stand_in::Check(file!());\n        stand_in::run(|| ());\n    }}\n"
        )
    };
    let tests: String = ["greets_by_name", "says_hello", "another_name_gets_another_greeting"].map(test).concat();
    let own = format!("mod checks {{\n    #[path = \"../../../stand_in.rs\"]\n    mod stand_in;\n{tests}}}\n");
    fixture.write(GREET, &own);
    fixture.run(&["check", "greet"]).expect(1, &["tampered"]);
    fixture.write(GREET, &(own + "#[cfg(any())]\n#[path = \"checks/greet.rs\"]\nmod checks;\n"));
    fixture.run(&["check", "greet"]).expect(1, &["tampered"]);
}

#[test]
fn a_checks_file_that_lacks_a_check_is_no_pass() {
    let fixture = Fixture::new();
    fixture.greet("let _ = name; \"Hello Ada\".to_owned()");
    let checks = "exercises/01-demo/checks/greet.rs";
    let text = fixture.read(checks);
    let cut = text.find("/// Another name").expect("the last check");
    fixture.write(checks, &text[..cut]);
    fixture
        .run(&["check", "greet"])
        .expect(1, &["tampered", "lacks another_name_gets_another_greeting", "git restore", "If you are its author"]);
    fixture.run(&["verify", "01-demo/greet", "--strict"]).expect(1, &[]);
    // An author's way on.
    fixture.run(&["verify", "01-demo/greet"]);
    assert!(!fixture.read("solutions/01-demo/checks.txt").contains("another_name"));
    fixture.run(&["check", "greet"]).expect(0, &["Passed: 2 checks"]);
}

/// What cannot be read proves nothing: neither that checks are gone nor that they are there.
#[test]
fn a_list_of_checks_that_cannot_be_read_is_no_verdict() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let list = fixture.path("solutions/01-demo/checks.txt");
    fs::remove_file(&list).and_then(|()| fs::create_dir(&list)).expect("the fixture can be written");
    fixture.run(&["check", "greet"]).expect(3, &["cannot read solutions/01-demo/checks.txt"]);
}

#[test]
fn a_check_whose_premise_failed_is_neither_passed_nor_failed() {
    let fixture = Fixture::new();
    let checks = "exercises/01-demo/checks/greet.rs";
    let judged = "stand_in::premise(greeting.contains(\"Ada\"), \"There is no name to be polite to.\");\n    stand_in::require(greeting.contains(\"Hello\")";
    fixture.edit(checks, "stand_in::require(greeting.contains(\"Hello\")", judged);
    fixture.greet("let _ = name; \"Hello\".to_owned()");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(
        1,
        &[
            "✗ The greeting holds the name. ○ The greeting is polite. Not judged: There is no name to be polite to.",
            "no name in it",
        ],
    );
    let check = fixture.run(&["check", "greet", "--json"]).json()["exercises"][0]["checks"][1].clone();
    assert_eq!(
        (&check["state"], &check["not_judged"]),
        (&"not judged".into(), &"There is no name to be polite to.".into())
    );
    // Where nothing else failed, it is what there is to say.
    fixture.edit(checks, "stand_in::require(greeting.contains(\"Ada\")", "stand_in::require(!greeting.is_empty()");
    fixture.edit(checks, "greeting.contains(\"Grace\")", "!greeting.is_empty()");
    fixture.run(&["check", "greet"]).expect(1, &["wrong", "There is no name to be polite to."]);
}

/// Half a report is no report: the disk is full.
#[test]
fn a_report_that_cannot_be_written_is_told_of_the_disk() {
    let fixture = Fixture::new();
    fixture.greet("let _ = name; eprintln!(\"the report cannot be written: no space\"); std::process::exit(74)");
    let ran = fixture.run(&["check", "greet"]);
    ran.expect(3, &["no space", "Is there room left in the folder for temporary files"]);
    ran.without("tampered").without("reset");
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
    // The first run of each check ends well. What comes after it is lost.
    let checks = "exercises/01-demo/checks/greet.rs";
    fixture.edit(
        checks,
        "stand_in::run(|| greet(\"Ada\"))",
        "stand_in::run(|| greet(\"Ada\"));\n    let greeting = greeting + &stand_in::run(|| greet(\"\"))",
    );
    fixture.greet("if name.is_empty() { std::process::exit(0) }; format!(\"Hello, {name}\")");
    fixture.run(&["check", "greet"]).expect(1, &["tampered", "came to its end"]);
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
