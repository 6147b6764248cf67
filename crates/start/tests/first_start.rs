//! What a person sees of `cargo workbook` before there is a runner, and what the runner gets of it afterwards.
//!
//! A stand-in for cargo "builds" a runner that is a shell script. So nothing is compiled, and the stand-in can wait until
//! the test has read what was said.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

/// A workbook, with the program under test in it. `cargo run` tells that program where it is.
struct Place {
    folder: TempDir,
    /// A program that is open for writing cannot be started, and a process that another test starts may have inherited the
    /// open file for a moment. So one test runs at a time.
    _alone: MutexGuard<'static, ()>,
}

/// What the runner is made of.
const SOURCES: [&str; 7] = [
    "a source.rs",
    "crates/timeline/src/lib.rs",
    "crates/timeline/Cargo.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
];

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Writes down how it was called and "builds" the runner, as cargo does: a program, and a list of its sources.
const CARGO: &str = r#"
echo "$@" >> "$HERE/calls"
env | grep '^CARGO_PKG_\|^CARGO_MANIFEST' >> "$HERE/described"
pwd > "$HERE/built_in"
cp "$HERE/runner" "$HERE/workbook.new"
mv "$HERE/workbook.new" "$HERE/workbook"
echo "$HERE/workbook: $HERE/a\ source.rs $HERE/crates/timeline/src/lib.rs" > "$HERE/workbook.d"
"#;

impl Place {
    fn new() -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Self { folder: TempDir::new().expect("a folder for temporary files"), _alone: alone };
        fs::copy(env!("CARGO_BIN_EXE_start"), place.path("start")).expect("the program can be copied");
        for folder in ["crates/start", "crates/timeline/src", ".cargo"] {
            fs::create_dir_all(place.path(folder)).expect("the folder can be written");
        }
        for name in SOURCES {
            fs::write(place.path(name), "").expect("the folder can be written");
            place.age(name);
        }
        place.cargo(CARGO);
        place.runner("echo runner");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn cargo(&self, script: &str) {
        self.script("cargo", script);
    }

    fn runner(&self, script: &str) {
        self.script("runner", script);
    }

    fn script(&self, name: &str, script: &str) {
        let path = self.path(name);
        let text = format!("#!/bin/sh\nHERE='{}'\n{script}\n", self.folder.path().display());
        fs::write(&path, text).expect("the folder can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the mode can be set");
    }

    /// As if the file had been saved an hour ago: no test waits for a clock.
    fn age(&self, name: &str) {
        self.saved_at(name, SystemTime::now() - Duration::from_secs(3600));
    }

    fn saved_at(&self, name: &str, when: SystemTime) {
        let file = fs::File::options().append(true).open(self.path(name)).expect("the file is there");
        file.set_modified(when).expect("the time can be set");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.path("start"));
        command.args(args).env("CARGO", self.path("cargo")).env("CARGO_MANIFEST_DIR", self.path("crates/start"));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program starts")
    }

    /// What cargo was asked, one line each.
    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("what is said is UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

/// The stand-in goes on when the test has read the line. A program that spoke only afterwards would never be read.
#[test]
fn the_first_line_is_there_before_anything_is_built() {
    let place = Place::new();
    place.cargo(&format!("read go < \"$HERE/go\"\n{CARGO}"));
    let made = Command::new("mkfifo").arg(place.path("go")).status().expect("mkfifo starts");
    assert!(made.success());
    let mut command = place.command(&["list"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut first = String::new();
    let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
    errors.read_line(&mut first).expect("a line can be read");
    assert!(first.contains("builds itself, once") && first.contains("half a minute"), "{first}");
    assert!(!place.path("workbook").exists(), "the line came after the build");
    fs::write(place.path("go"), "go\n").expect("cargo waits for it");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(said(&output).0, "runner\n");
}

#[test]
fn a_later_start_says_nothing_and_asks_nobody() {
    let place = Place::new();
    assert_eq!(place.run(&[]).status.code(), Some(0));
    assert_eq!(place.calls(), ["build --package workbook"], "the first build is not a quiet one");
    assert_eq!(said(&place.run(&[])), ("runner\n".into(), String::new()));
    let with_flags = place.command(&[]).env("RUSTFLAGS", "-Dwarnings").output().expect("the program starts");
    assert_eq!(said(&with_flags), ("runner\n".into(), String::new()));
    assert_eq!(place.calls().len(), 1, "cargo was asked again: {:?}", place.calls());
}

/// A path with a space in it, as the stand-in's list has it, is one path. The manifest of each crate of which a source is
/// listed counts, too: it says with which features the crate is built.
#[test]
fn a_source_or_a_manifest_that_is_newer_is_built_first_and_quietly() {
    for name in SOURCES {
        let place = Place::new();
        place.run(&[]);
        place.runner("echo newer");
        place.saved_at(name, SystemTime::now() + Duration::from_secs(3600));
        let (printed, _) = said(&place.run(&[]));
        assert_eq!(printed, "newer\n", "{name}");
        assert_eq!(place.calls(), ["build --package workbook", "build --package workbook --quiet"], "{name}");
    }
}

/// Cargo does not compile this program again when its folder is moved, so what it was compiled with says where it was.
#[test]
fn a_workbook_that_was_moved_is_built_where_it_is() {
    let place = Place::new();
    place.run(&[]);
    let moved = |name: &str| place.path("moved").join(name);
    for folder in ["crates/start", ".cargo"] {
        fs::create_dir_all(moved(folder)).expect("the folder can be written");
    }
    for name in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"] {
        fs::copy(place.path(name), moved(name)).expect("the folder can be written");
        place.age(&format!("moved/{name}"));
    }
    let start = |folder: PathBuf| {
        let mut command = place.command(&[]);
        command.env("CARGO_MANIFEST_DIR", folder).output().expect("the program starts")
    };
    let output = start(moved("crates/start"));
    assert_eq!((said(&output).0.as_str(), place.calls().len()), ("runner\n", 2), "the list is of the other folder");
    let built_in = fs::read_to_string(place.path("built_in")).expect("cargo ran");
    let here = fs::canonicalize(moved("crates/start")).expect("it is there");
    assert_eq!(PathBuf::from(built_in.trim_end()), here);

    let output = start(place.path("gone/crates/start"));
    let (_, errors) = said(&output);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("gone/crates/start") && errors.contains("Go to the folder"), "{errors}");
    assert!(!errors.contains("rustup.rs"), "{errors}");
}

#[test]
fn a_runner_that_is_gone_or_whose_list_is_gone_is_built() {
    for gone in ["workbook", "workbook.d", "workbook.built", "a source.rs"] {
        let place = Place::new();
        place.run(&[]);
        fs::remove_file(place.path(gone)).expect("it was there");
        assert_eq!(said(&place.run(&[])).0, "runner\n");
        assert_eq!(place.calls().len(), 2, "{gone} is gone, and cargo was not asked");
    }
}

#[test]
fn arguments_input_and_the_exit_code_are_handed_on() {
    let place = Place::new();
    place.runner("for one in \"$@\"; do echo \"[$one]\"; done; cat; exit 7");
    let mut command = place.command(&["check", "two words", "", "--help", "-h", "--", "*"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(b"typed\n").expect("it can be written");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(said(&output).0, "[check]\n[two words]\n[]\n[--help]\n[-h]\n[--]\n[*]\ntyped\n");
    assert_eq!(output.status.code(), Some(7));
}

/// The runner has the number of the process that was started, so Ctrl-C, Ctrl-Z and the terminal reach it and nobody else.
#[test]
fn the_runner_is_the_same_process() {
    let place = Place::new();
    // Not SIGINT: a shell starts what it puts into the background with that one ignored, and the runner would inherit it.
    place.runner("echo $$; kill -TERM $$");
    let mut command = place.command(&[]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let mut printed = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut printed).expect("it can be read");
    assert_eq!(printed.trim(), child.id().to_string());
    const SIGTERM: i32 = 15;
    assert_eq!(child.wait().expect("the program ends").signal(), Some(SIGTERM));
}

/// The input is the runner's: a cargo that reads must not eat what was typed for it.
#[test]
fn cargo_gets_no_input_and_nothing_about_this_package() {
    let place = Place::new();
    place.cargo(&format!("cat > \"$HERE/eaten\"\n{CARGO}"));
    place.runner("cat");
    let mut command = place.command(&[]);
    command.env("CARGO_PKG_NAME", "start").env("CARGO_PKG_VERSION", "9");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(b"typed\n").expect("it can be written");
    assert_eq!(said(&child.wait_with_output().expect("the program ends")).0, "typed\n");
    assert_eq!(fs::read_to_string(place.path("eaten")).expect("cargo ran"), "");
    assert_eq!(fs::read_to_string(place.path("described")).expect("cargo ran"), "");
}

#[test]
fn a_build_that_fails_says_what_to_do_and_is_tried_again() {
    let place = Place::new();
    place.cargo("echo 'error[E0308]: mismatched types' >&2; exit 101");
    for _ in 0..2 {
        let output = place.run(&[]);
        let (printed, errors) = said(&output);
        assert_eq!((output.status.code(), printed.as_str()), (Some(3), ""), "{errors}");
        for words in ["mismatched types", "cannot be built", "git restore crates", "needs a network"] {
            assert!(errors.contains(words), "{words} is missing in: {errors}");
        }
    }
    place.cargo(CARGO);
    assert_eq!(said(&place.run(&[])).0, "runner\n");
}

#[test]
fn a_cargo_that_cannot_be_started_is_told() {
    let place = Place::new();
    let output = place.command(&[]).env("CARGO", place.path("nothing")).output().expect("the program starts");
    let (_, errors) = said(&output);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("cargo cannot be started") && errors.contains("rustup.rs"), "{errors}");
}
