//! Every command without a terminal: what it prints, and its exit code.

use std::fs;

use crate::support::{Fixture, GREET, RIGHT};

#[test]
fn without_a_terminal_the_state_is_printed() {
    let fixture = Fixture::new();
    fixture.run(&[]).expect(0, &["01-demo", "Next: Greet", "cargo workbook check 01-demo/greet", "no terminal"]);
    fixture.run(&["--plain"]).expect(0, &["Next: Greet"]);
}

#[test]
fn check_ends_with_1_then_with_0() {
    let fixture = Fixture::new();
    fixture
        .run(&["check", "01-demo/greet"])
        .expect(1, &["not started", "say hello to Ada", "Read: book, chapter 1 (book/read/01-demo.md)"]);
    fixture.greet(RIGHT);
    fixture.run(&["check", "01-demo/greet"]).expect(0, &["✓ The greeting holds the name.", "Passed"]);
    fixture.run(&["list"]).expect(0, &["✓ greet", "1/2"]);
    assert!(fixture.read(".workbook/progress.txt").contains("\n01-demo/greet passed\n"));
    fixture.run(&[]).expect(0, &["Next: Count"]);
}

#[test]
fn an_exercise_has_several_names() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    let whole = fixture.path(GREET);
    let names = ["01-demo/greet", "greet", GREET, "./exercises/01-demo/greet.rs", "01/greet", "demo/greet"];
    for name in names.into_iter().chain([whole.to_str().expect("a temporary folder has a plain name")]) {
        fixture.run(&["check", name]).expect(0, &["Passed"]);
    }
    let mut inside = fixture.command(&["check", "greet"]);
    inside.current_dir(fixture.path("exercises/01-demo/checks"));
    crate::support::Ran::of(inside.output().expect("the runner starts")).expect(0, &["Passed"]);
}

#[test]
fn a_name_that_does_not_exist_gets_a_suggestion() {
    let fixture = Fixture::new();
    fixture.run(&["check", "01-demo/gret"]).expect(2, &["Did you mean `01-demo/greet`?", "cargo workbook list"]);
    fixture.run(&["hint", "something-else-entirely"]).expect(2, &["cargo workbook list"]).without("Did you mean");
    fixture.run(&["check", "count"]).expect(2, &["01-demo/count, 02-more/count"]);
    fixture.run(&["count"]).expect(2, &["01-demo/count, 02-more/count"]);
    fixture.run(&["check", "03-nothing/greet"]).expect(2, &["no exercise and no lesson is named"]);
    fixture.run(&["list", "03"]).expect(2, &["no exercise and no lesson is named `03`"]);
    fixture.run(&["03"]).expect(2, &["no command, no exercise and no lesson is named `03`"]);
    fixture.run(&["solution", "01-demo"]).expect(2, &["is a lesson", "01-demo/greet"]);
    fixture.run(&["chek"]).expect(2, &["Did you mean `check`?"]);
    fixture.run(&["check", "--wrong"]).expect(2, &["--help"]);
}

#[test]
fn a_lesson_or_everything_is_checked_at_once() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.run(&["check", "01-demo"]).expect(1, &["✓ 01-demo/greet passed", "✗ 01-demo/count not started", "1 of 2"]);
    fixture.edit("exercises/01-demo/count.rs", "todo!(\"the numbers from 1 to {n}\")", "(1..=n).collect()");
    fixture.run(&["check", "01"]).expect(0, &["2 of 2 passed"]);
    fixture.run(&["check", "--all"]).expect(1, &["✗ 02-more/count not started", "2 of 3 passed"]);
}

#[test]
fn one_exercise_that_does_not_compile_leaves_the_others_alone() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.edit("exercises/01-demo/count.rs", "todo!(\"the numbers from 1 to {n}\")", "n");
    fixture
        .run(&["check", "01-demo"])
        .expect(1, &["✓ 01-demo/greet passed", "✗ 01-demo/count does not compile: mismatched"]);
}

/// What `git pull` leaves where it cannot join what the learner wrote with a newer task.
#[test]
fn a_file_that_git_left_in_two_versions_says_how_to_get_out() {
    let fixture = Fixture::new();
    fixture.greet("\n<<<<<<< HEAD\n    name.to_owned()\n=======\n    todo!(\"say hello\")\n>>>>>>> theirs\n");
    fixture.run(&["check", "greet"]).expect(
        1,
        &["does not compile exercises/01-demo/greet.rs:5:1", "git merge --abort", "`cargo workbook update`"],
    );
}

#[test]
fn hints_come_one_at_a_time_and_first_for_what_failed() {
    let fixture = Fixture::new();
    fixture.run(&["hint"]).expect(0, &["Greet", "Hint 1 of 3", "What does a greeting need"]);
    fixture.greet("format!(\"{name}\")");
    fixture
        .run(&["check", "greet"])
        .expect(1, &["does not say Hello", "check says_hello in exercises/01-demo/checks/greet.rs:16"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint for `says_hello`", "Which word"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint 2 of 3"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint 3 of 3", "solution 01-demo/greet --spoil"]);
    fixture.run(&["hint", "greet"]).expect(0, &["Hint 3 of 3"]);
    fs::remove_file(fixture.path("exercises/01-demo/hints/greet.md")).expect("it is there");
    fixture.run(&["hint", "greet"]).expect(1, &["has no hints"]);
}

#[test]
fn the_solution_is_shown_after_a_pass() {
    let fixture = Fixture::new();
    fixture.run(&["solution", "greet"]).expect(1, &["not passed", "hint 01-demo/greet", "--spoil"]).without("format!");
    fixture
        .run(&["solution", "greet", "--spoil"])
        .expect(0, &["solutions/01-demo/greet.rs", "format!"])
        .without("mod checks");
    fixture.greet(RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &[]);
    fixture.run(&["solution", "greet"]).expect(0, &["format!"]);
}

#[test]
fn the_last_run_is_drawn() {
    let fixture = Fixture::new();
    fixture.run(&["timeline", "greet"]).expect(1, &["no run yet", "check 01-demo/greet"]);
    fixture.greet(RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &[]);
    fixture.run(&["timeline", "greet"]).expect(0, &["01-demo/greet: passed", "call", "1.0 s"]);
    let plain = fixture.run(&["timeline", "greet", "--plain"]);
    plain.expect(0, &["call"]);
    assert!(plain.stdout.is_ascii(), "{plain}");
    fixture.run(&["timeline", "greet", "--svg", "run.svg"]).expect(0, &["run.svg"]);
    assert!(fixture.read("run.svg").starts_with("<svg"));
    fixture.run(&["timeline", "greet", "--svg", "no/such\0folder".split('\0').next().expect("a part")]).expect(0, &[]);
    // Where nothing has run, the run before is the last one.
    fixture.greet("nobody_knows_this()");
    fixture.run(&["check", "greet"]).expect(1, &["does not compile"]);
    fixture.run(&["timeline", "greet"]).expect(0, &["01-demo/greet: passed"]);
    fixture.write(GREET, "");
    fixture.run(&["check", "greet"]).expect(1, &["tampered"]);
    fixture.run(&["timeline", "greet"]).expect(0, &["01-demo/greet: passed"]);
    fixture.write("file", "");
    fixture.run(&["timeline", "greet", "--svg", "file/run.svg"]).expect(3, &["cannot write file/run.svg"]);
}

#[test]
fn reset_keeps_every_version_aside() {
    let fixture = Fixture::new();
    let starter = fixture.read(GREET);
    for version in ["one", "two"] {
        fixture.write(GREET, version);
        fixture.run(&["reset", "greet"]).expect(0, &[".workbook/kept/01-demo/greet."]);
        assert_eq!(fixture.read(GREET), starter);
    }
    assert_eq!(fixture.read(".workbook/kept/01-demo/greet.1.rs"), "one");
    assert_eq!(fixture.read(".workbook/kept/01-demo/greet.2.rs"), "two");
    fixture.run(&["reset", "greet"]).expect(0, &["is the starter"]);
    assert!(!fixture.path(".workbook/kept/01-demo/greet.3.rs").exists(), "there was nothing to keep");
    fixture.run(&["reset", "--all"]).expect(0, &["as it was shipped"]);
    fixture.write(GREET, "three");
    fs::remove_file(fixture.path("exercises/02-more/count.rs")).expect("it is there");
    fixture.run(&["reset", "--all"]).expect(0, &["greet.3.rs", "02-more/count is the starter"]);
    assert!(fixture.path("exercises/02-more/count.rs").exists());
    fixture.run(&["reset"]).expect(2, &["--all"]);
}

#[test]
fn a_version_that_cannot_be_kept_is_not_reset() {
    let fixture = Fixture::new();
    fixture.write(GREET, "mine");
    fixture.write(".workbook", "a file where the folder should be");
    fixture.run(&["reset", "greet"]).expect(3, &["your version of 01-demo/greet", "so it was not reset"]);
    assert_eq!(fixture.read(GREET), "mine");
}

#[test]
fn a_reset_takes_the_tick_back() {
    let fixture = Fixture::new();
    fixture.greet(RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &[]);
    fixture.run(&["reset", "greet"]).expect(0, &[]);
    fixture.run(&["list"]).expect(0, &["– greet", "0/2"]);
}

/// Cargo compares times: without the runner's help it would find nothing to build.
/// Cargo compares times. A copy may bear any: that of the version before, an older one, one in the future.
#[test]
fn the_verdict_is_about_the_content_whatever_the_time_of_the_file() {
    let fixture = Fixture::new();
    let wrong = crate::support::greet("name.to_owned()");
    let right = crate::support::greet(RIGHT);
    let set = |time| fs::File::options().write(true).open(fixture.path(GREET)).and_then(|file| file.set_modified(time));
    let now = std::time::SystemTime::now();
    let hour = std::time::Duration::from_secs(3600);
    for time in [now, now - hour * 100_000, now, now + hour * 24] {
        fixture.write(GREET, &right);
        set(time).expect("a time can be set");
        fixture.run(&["check", "greet"]).expect(0, &["Passed"]);
        fixture.write(GREET, &wrong);
        set(time).expect("a time can be set");
        fixture.run(&["check", "greet"]).expect(1, &["does not say Hello"]);
    }
    let time = fs::metadata(fixture.path(GREET)).and_then(|data| data.modified()).expect("a time");
    assert!(time < now + hour, "a file of tomorrow would be compiled at every check");
}

#[test]
fn another_file_is_checked_without_touching_progress() {
    let fixture = Fixture::new();
    fixture.write("elsewhere/answer.rs", &crate::support::greet(RIGHT));
    fixture.run(&["check", "greet", "--attempt", "elsewhere/answer.rs"]).expect(0, &["elsewhere/answer.rs", "Passed"]);
    fixture.run(&["list"]).expect(0, &["0/2"]);
    fixture.write("elsewhere/answer.rs", &crate::support::greet("name"));
    let rejected = fixture.run(&["check", "greet", "--attempt", "elsewhere/answer.rs"]);
    rejected.expect(1, &["does not compile", "elsewhere/answer.rs:4:5"]).without("/tmp/attempts");
    // The harness names a file as it is seen from the top of the workspace, and the copy lies under it.
    let place = "target/tmp/attempts-01-demo/greet_file.rs:4:5";
    fixture.write("elsewhere/answer.rs", &crate::support::greet(&format!("panic!(\"{{name}} at {place}\")")));
    let panicked = fixture.run(&["check", "greet", "--attempt", "elsewhere/answer.rs"]);
    panicked.expect(1, &["Ada at elsewhere/answer.rs:4:5"]).without("tmp/attempts");
    fixture
        .run(&["check", "greet", "--trap", "for_everybody"])
        .expect(1, &["no name in it", "solutions/01-demo/traps/greet.rs:15"]);
    fixture.run(&["check", "greet", "--trap", "for_everbody"]).expect(
        2,
        &["has no trap `for_everbody`. Did you mean `for_everybody`?", "Its traps: borrowed, for_everybody"],
    );
    // One that must not compile: the catalogue is what was written by hand, and the error stands in it.
    fixture
        .run(&["check", "greet", "--trap", "borrowed"])
        .expect(1, &["does not compile", "solutions/01-demo/traps/greet.rs"])
        .without("but in its checks");
    let as_the_crate = crate::support::greet("crate::hello(name)")
        + "\nfn hello(name: &str) -> String {\n    format!(\"Hello, {name}!\")\n}\n";
    let as_the_crate = as_the_crate.replace("mod checks;", "mod checks; // Tested by these.");
    fixture.write("elsewhere/answer.rs", &as_the_crate);
    fixture.run(&["check", "greet", "--attempt", "elsewhere/answer.rs"]).expect(0, &["Passed"]);
    fixture.run(&["check", "greet", "--attempt", "missing.rs"]).expect(2, &["there is no file missing.rs"]);
    fixture.run(&["check", "--attempt", "elsewhere/answer.rs"]).expect(2, &["check ID --attempt FILE"]);
    assert!(!fixture.path(".workbook/progress.txt").exists());
}

/// An editor of another system begins a file with a mark, and a crate may describe itself at its top.
#[test]
fn whatever_may_stand_at_the_top_of_a_file_may_stand_there_in_an_attempt() {
    let fixture = Fixture::new();
    let answer = crate::support::greet(RIGHT);
    for top in ["\u{feff}", "/*! An answer.\n   In two lines. */\n", "#![allow(\n    dead_code,\n)]\n"] {
        fixture.write("answer.rs", &format!("{top}{answer}"));
        fixture.run(&["check", "greet", "--attempt", "answer.rs"]).expect(0, &["Passed"]);
    }
}

/// Many servers let no program run from the folder for temporary files. Cargo's own folder is one for programs.
#[test]
fn the_program_of_an_attempt_runs_from_where_cargo_builds() {
    let fixture = Fixture::new();
    let where_it_is =
        "panic!(\"{name} {}\", std::env::current_exe().unwrap().display().to_string().replace('\\\\', \"/\"))";
    fixture.write("answer.rs", &crate::support::greet(where_it_is));
    fixture.run(&["check", "greet", "--attempt", "answer.rs"]).expect(1, &["/target/tmp/workbook-"]);
    let left = fs::read_dir(fixture.path("target/tmp")).expect("something was built").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("workbook-")), "{left:?}");
}

/// Whoever builds for other machines has it set for all projects.
#[test]
fn a_target_that_is_set_for_all_projects_is_no_trouble() {
    let fixture = Fixture::new();
    let rustc = std::process::Command::new("rustc").arg("-vV").output().expect("rustc is there");
    let said = String::from_utf8(rustc.stdout).expect("rustc prints UTF-8");
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc knows its host");
    fixture.greet(RIGHT);
    fixture.write("answer.rs", &crate::support::greet(RIGHT));
    for args in [&["check", "greet"][..], &["check", "greet", "--attempt", "answer.rs"]] {
        let mut command = fixture.command(args);
        command.env("CARGO_BUILD_TARGET", host);
        crate::support::Ran::of(command.output().expect("the runner starts")).expect(0, &["Passed"]);
    }
}

#[test]
fn a_solutions_package_without_the_target_for_attempts_is_named() {
    let fixture = Fixture::new();
    fixture.edit("solutions/02-more/Cargo.toml", "name = \"attempts\"", "name = \"something\"");
    fixture
        .run(&["check", "02-more/count", "--attempt", "solutions/02-more/count.rs"])
        .expect(3, &["solutions/02-more/Cargo.toml has no test target `attempts`", "test = false"]);
}

/// Both write the same file and build the same target; the lock makes one wait.
#[test]
fn two_graders_at_once_do_not_mix_their_files() {
    let fixture = Fixture::new();
    fixture.write("right.rs", &crate::support::greet(RIGHT));
    fixture.write("wrong.rs", &crate::support::greet("\"Hello\".to_owned()"));
    std::thread::scope(|scope| {
        for (file, code) in [("right.rs", 0), ("wrong.rs", 1), ("right.rs", 0), ("wrong.rs", 1)] {
            let fixture = &fixture;
            scope.spawn(move || {
                fixture.run(&["check", "greet", "--attempt", file]).expect(code, &[]);
            });
        }
    });
}

#[test]
fn outside_of_a_workbook_it_says_where_to_go() {
    let fixture = Fixture::new();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let mut command = fixture.command(&["list"]);
    command.current_dir(elsewhere.path()).env_remove("CARGO_MANIFEST_DIR");
    crate::support::Ran::of(command.output().expect("the runner starts"))
        .expect(3, &["not inside the workbook", "cd "]);
}

#[test]
fn without_cargo_it_says_what_to_install() {
    let fixture = Fixture::new();
    let mut command = fixture.command(&["check", "greet"]);
    command.env("CARGO", "/no/such/cargo");
    crate::support::Ran::of(command.output().expect("the runner starts")).expect(3, &["rustup.rs", "doctor"]);
    let mut command = fixture.command(&["doctor"]);
    command.env("CARGO", "/no/such/cargo");
    crate::support::Ran::of(command.output().expect("the runner starts"))
        .expect(1, &["✗ cargo cannot be started", "Not ready"]);
}

#[cfg(unix)]
#[test]
fn without_a_linker_it_says_what_to_install() {
    let fixture = Fixture::new();
    let mut command = fixture.command(&["check", "greet"]);
    command.env("RUSTFLAGS", "-Clinker=/no/such/linker");
    crate::support::Ran::of(command.output().expect("the runner starts"))
        .expect(3, &["cannot link", "build-essential"]);
}

/// There is a linker, and something else is wrong with it.
#[cfg(unix)]
#[test]
fn doctor_shows_what_a_linker_says() {
    let fixture = Fixture::new();
    let compiler = "exec rustc -Clink-arg=-fuse-ld=nothing_of_that_name \"$@\"";
    crate::support::script(&fixture.path("bin/compiler"), compiler);
    let mut command = fixture.command(&["doctor"]);
    command.env("RUSTC", fixture.path("bin/compiler"));
    let ran = crate::support::Ran::of(command.output().expect("the runner starts"));
    ran.expect(1, &["✗ a program cannot be linked", "nothing_of_that_name"]).without("build-essential");
}

#[test]
fn doctor_finds_this_machine_ready() {
    let fixture = Fixture::new();
    fixture.run(&["doctor"]).expect(0, &["✓ rustc 1.", "✓ the linker works", "Ready: cargo workbook"]);
    fixture.edit("Cargo.toml", "[workspace]", "[workspace]\npackage.rust-version = \"1.9999\"\n");
    fixture.run(&["doctor"]).expect(1, &["is too old", "needs 1.9999"]);
}

/// Cargo takes flags from one place alone, so those that somebody set for all projects hide the workbook's.
#[test]
fn doctor_says_who_hides_the_flags_of_the_workbook() {
    let fixture = Fixture::new();
    let home = tempfile::TempDir::new().expect("a folder for temporary files");
    let doctor = |flags: Option<&str>, home_config: &str| {
        std::fs::write(home.path().join("config.toml"), home_config).expect("the folder can be written");
        let mut command = fixture.command(&["doctor"]);
        command.env("CARGO_HOME", home.path()).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.envs(flags.map(|flags| ("RUSTFLAGS", flags)));
        crate::support::Ran::of(command.output().expect("the runner starts"))
    };
    doctor(None, "").expect(0, &["– the flags of .cargo/config.toml do not reach the compiler", "below [build]?"]);
    std::fs::create_dir_all(fixture.path(".cargo")).expect("the folder can be made");
    std::fs::write(fixture.path(".cargo/config.toml"), "[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n")
        .expect("the folder can be written");
    let reach = "✓ the flags of .cargo/config.toml reach the compiler";
    doctor(None, "").expect(0, &[reach]);
    doctor(None, "[build]\nrustflags = [\"-Cdebuginfo=0\"]\n").expect(0, &[reach]);
    doctor(Some("-Dwarnings --cfg tokio_unstable"), "").expect(0, &[reach]);
    doctor(Some("-Dwarnings"), "").expect(0, &["– RUSTFLAGS is set and replaces", "Lost are tokio's hooks"]);
    for target in ["'cfg(all())'", &format!("'cfg(target_arch = \"{}\")'", std::env::consts::ARCH)] {
        let config = format!("[target.{target}]\nrustflags = [\"-Cdebuginfo=0\"]\n");
        doctor(None, &config).expect(0, &["– rustflags below [target] in", "Lost are tokio's hooks", "Ready"]);
        let with_the_flag = config.replace("[\"-C", "[\"--cfg\", \"tokio_unstable\", \"-C");
        doctor(None, &with_the_flag).expect(0, &[reach]);
    }
    doctor(None, "[target.'cfg(no_such_machine)']\nrustflags = [\"-Cdebuginfo=0\"]\n").expect(0, &[reach]);
}

#[test]
fn plain_is_ascii_without_colour() {
    let fixture = Fixture::new();
    fixture.greet("\"Hello\".to_owned()");
    for args in [&["check", "greet", "--plain"][..], &["list", "--plain"], &["--plain"], &["doctor", "--plain"]] {
        let ran = fixture.run(args);
        assert!(ran.stdout.is_ascii() && !ran.stdout.contains('\u{1b}'), "{ran}");
    }
}

#[test]
fn forty_columns_are_enough() {
    let fixture = Fixture::new();
    fixture.greet("{ println!(\"{}\", \"a long line \".repeat(20)); name }");
    let check = |body: &str| {
        fixture.greet(body);
        vec!["check", "greet"]
    };
    let commands = [
        vec!["list"],
        vec![],
        check("name"),
        check("{ println!(\"{}\", \"long \".repeat(40)); \"\".to_owned() }"),
        vec!["hint"],
    ];
    for args in commands {
        let mut command = fixture.command(&args);
        command.env("COLUMNS", "40");
        let ran = crate::support::Ran::of(command.output().expect("the runner starts"));
        let widest = ran.stdout.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(widest <= 40, "{args:?} is {widest} wide\n{ran}");
    }
}

#[test]
fn every_command_has_help() {
    let fixture = Fixture::new();
    fixture.run(&["--help"]).expect(0, &["cargo workbook check", "Exit codes"]);
    fixture.run(&["check", "--help"]).expect(0, &["--attempt FILE"]);
    fixture.run(&["--version"]).expect(0, &["workbook "]);
}

/// Ctrl-C in `check`: the signal goes to the runner, whose children are in groups of their own.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_check_and_everything_it_started() {
    let fixture = Fixture::new();
    fixture.greet(&format!(
        "{{ std::fs::write({:?}, std::process::id().to_string()).unwrap(); loop {{ std::thread::park() }} }}",
        fixture.path("id")
    ));
    let mut runner =
        fixture.command(&["check", "greet"]).stdout(std::process::Stdio::null()).spawn().expect("the runner starts");
    let id = fixture.path("id");
    let check = crate::support::wait_until("the check runs", || fs::read_to_string(&id).ok()?.parse::<u32>().ok());
    let interrupt = std::process::Command::new("kill").args(["-INT", &runner.id().to_string()]).status();
    assert!(interrupt.expect("kill is there").success());
    assert_eq!(runner.wait().expect("it was started").code(), Some(130));
    crate::support::wait_until("the check is gone", || (!crate::support::is_alive(check)).then_some(()));
}

/// Cargo says so once, before anybody waits for long.
#[cfg(unix)]
#[test]
fn check_says_that_it_waits_for_another_cargo() {
    use crate::support::{CLEARED, script, terminal::Terminal};

    let fixture = Fixture::new();
    let cargo = fixture.path("bin/cargo");
    let waits = "echo '    Blocking waiting for file lock on build directory' >&2; exec sleep 600";
    script(&cargo, waits);
    let start = format!("CARGO='{}' exec {} check greet", cargo.display(), env!("CARGO_BIN_EXE_workbook"));
    let mut terminal = Terminal::open("/bin/sh".as_ref(), &["-c", &start], fixture.root(), &CLEARED, (80, 24));
    terminal.wait_for("waiting for another cargo (your editor's?)");
    terminal.press("\u{3}");
    assert_eq!(terminal.wait_for_end(), 130);
}

/// The runner runs under `cargo run`, which describes a package in the environment. What it builds must be what cargo in
/// the learner's shell builds, or each of the two would build the other's files again. The exercise itself is another file
/// for each, because the runner leaves line tables out; but neither throws away the other's.
#[test]
fn the_runner_and_plain_cargo_share_what_they_build() {
    let fixture = Fixture::new();
    fixture.write("library/Cargo.toml", "[package]\nname = \"library\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    fixture.write("library/src/lib.rs", "");
    let manifest = "exercises/01-demo/Cargo.toml";
    let with_library = fixture.read(manifest) + "\n[dev-dependencies]\nlibrary = { path = \"../../library\" }\n";
    fixture.write(manifest, &with_library);
    let plain = || {
        let mut cargo = std::process::Command::new(std::env::var_os("CARGO").expect("a test runs under cargo"));
        cargo
            .args(["test", "--no-run", "-v", "-p", "exercises-01-demo", "--test", "greet"])
            .current_dir(fixture.root());
        let set_by_cargo = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_"));
        for (name, _) in set_by_cargo.filter(|(name, _)| name != "CARGO_HOME") {
            cargo.env_remove(name);
        }
        crate::support::Ran::of(cargo.output().expect("cargo starts"))
    };
    let built = || {
        let files = fs::read_dir(fixture.path("target/debug/deps")).expect("something was built");
        let files = files.map(|file| file.expect("the folder can be read"));
        let greet = files.filter(|file| file.file_name().to_string_lossy().starts_with("greet-"));
        greet.map(|file| file.metadata().and_then(|file| file.modified()).expect("it is there")).max()
    };
    fixture.run(&["check", "greet"]).expect(1, &["not started"]);
    plain().expect(0, &["Fresh library", "Compiling exercises-01-demo"]).without("Compiling library");
    fixture.greet(RIGHT);
    fixture.run(&["check", "greet"]).expect(0, &["Passed"]);
    plain().expect(0, &["Fresh library", "Compiling exercises-01-demo"]).without("Compiling library");
    let before = built();
    fixture.run(&["check", "greet"]).expect(0, &["Passed"]);
    assert_eq!(built(), before, "the runner had it already");
    plain().expect(0, &["Fresh exercises-01-demo"]).without("Compiling").without("Dirty");
}

#[cfg(unix)]
mod book {
    use std::process::Command;

    use crate::support::{Fixture, Ran, script};

    /// A `PATH` whose first folder may hold an mdbook, and no other does.
    fn book(fixture: &Fixture, args: &[&str]) -> Command {
        let mut command = fixture.command(args);
        command.env("PATH", fixture.path_without("mdbook"));
        command
    }

    fn run(mut command: Command) -> Ran {
        Ran::of(command.output().expect("the runner starts"))
    }

    const MDBOOK: &str = "case $1 in --version) echo mdbook v0.5.9;; *) echo ran \"$1\" \"$(basename \"$2\")\";; esac";

    #[test]
    fn uses_the_mdbook_that_is_there() {
        let fixture = Fixture::new();
        run(book(&fixture, &["book"])).expect(3, &["book/book.toml is missing"]);
        fixture.write("book/book.toml", "");
        script(&fixture.path("bin/mdbook"), MDBOOK);
        run(book(&fixture, &["book", "--build"])).expect(0, &["ran build book"]);
        script(&fixture.path("bin/xdg-open"), "echo \"$1\" > opened");
        script(&fixture.path("bin/open"), "echo \"$1\" > opened");
        assert!(!fixture.path("opened").exists(), "--build opens nothing");
        run(book(&fixture, &["book"])).expect(0, &["ran build book", "book/book/index.html"]);
        assert!(fixture.read("opened").trim_end().ends_with("book/book/index.html"));
        script(&fixture.path("bin/xdg-open"), "exit 3");
        script(&fixture.path("bin/open"), "exit 3");
        run(book(&fixture, &["book"])).expect(0, &["open that file in yours"]);
        run(book(&fixture, &["doctor"])).expect(0, &["✓ mdbook 0.5.9"]);
    }

    #[test]
    fn installs_one_that_fits_and_says_so() {
        let fixture = Fixture::new();
        fixture.write("book/book.toml", "");
        script(&fixture.path("bin/mdbook"), "echo mdbook v0.4.52");
        let real = std::env::var("CARGO").expect("a test runs under cargo");
        let installed = fixture.path("target/tools/bin/mdbook");
        let install = format!(
            "if [ $1 != install ]; then exec {real} \"$@\"; fi\necho \"$@\" > asked\nmkdir -p target/tools/bin\n\
             cat > {0} <<'END'\n#!/bin/sh\n{MDBOOK}\nEND\nchmod +x {0}",
            installed.display()
        );
        script(&fixture.path("bin/cargo"), &install);
        let mut command = book(&fixture, &["book", "--build"]);
        command.env("CARGO", fixture.path("bin/cargo"));
        run(command).expect(
            0,
            &["is not installed. It is built once, into target/tools, in about a minute.", "ran build book"],
        );
        assert!(fixture.read("asked").starts_with("install mdbook --version 0.5."), "{}", fixture.read("asked"));
        run(book(&fixture, &["book", "--build"])).expect(0, &["ran build book"]).without("installed");
        run(book(&fixture, &["doctor"])).expect(0, &["✓ mdbook 0.5.9"]);
        std::fs::remove_file(&installed).expect("it is there");
        run(book(&fixture, &["doctor"])).expect(0, &["– mdbook 0.4.52 is of another series"]);
        script(&fixture.path("bin/cargo"), &format!("if [ $1 = install ]; then exit 101; fi; exec {real} \"$@\""));
        let mut command = book(&fixture, &["book"]);
        command.env("CARGO", fixture.path("bin/cargo"));
        run(command).expect(3, &["could not be installed", "book/read/"]);
    }
}

#[test]
fn one_lesson_is_listed_alone() {
    let fixture = Fixture::new();
    fixture.run(&["list", "02"]).expect(0, &["02-more", "count"]).without("greet");
    assert_eq!(fixture.run(&["list", "more", "--json"]).json()["lessons"].as_array().map(Vec::len), Some(1));
    fixture.run(&["list", "greet"]).expect(2, &["is an exercise. Name its lesson: `01-demo`"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let fixture = Fixture::new();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = fixture.command(&["list"]).stdout(full).output().expect("the runner starts");
    crate::support::Ran::of(output).expect(3, &["the output cannot be written"]);
}
