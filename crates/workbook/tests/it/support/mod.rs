//! A workbook in small, in a folder of its own, and the runner in it.
#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(unix)]
pub mod terminal;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A copy of `tests/fixture`, which goes when the test ends.
pub struct Fixture {
    folder: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture"), folder.path());
        Self { folder }
    }

    /// A folder with nothing in it.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    pub fn read(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file, with its folder where that is missing.
    pub fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the fixture can be written");
        fs::write(&path, text).expect("the fixture can be written");
    }

    /// Replaces words in a file.
    pub fn edit(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert!(text.contains(from), "{relative} does not hold {from:?}:\n{text}");
        self.write(relative, &text.replace(from, to));
    }

    /// Writes the body of `greet`, in an otherwise unchanged file.
    pub fn greet(&self, body: &str) {
        self.write(GREET, &greet(body));
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        Ran::of(command.output().expect("the runner starts"))
    }

    /// A `PATH` whose first folder is `bin`, and in whose others this program is not.
    #[cfg(unix)]
    pub fn path_without(&self, program: &str) -> String {
        let path = std::env::var("PATH").expect("there is a PATH");
        let has_none = |folder: &&str| !Path::new(folder).join(program).exists();
        let path: Vec<&str> = path.split(':').filter(has_none).collect();
        format!("{}:{}", self.path("bin").display(), path.join(":"))
    }

    /// The runner in this workbook, without anything of the environment that changes what it prints.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_workbook"));
        command.args(args).current_dir(self.root());
        for name in CLEARED {
            command.env_remove(name);
        }
        // A shell starts what it puts into the background with Ctrl-C ignored, and the runner leaves it so.
        #[cfg(unix)]
        // SAFETY: between fork and exec, `signal` may be called.
        unsafe {
            std::os::unix::process::CommandExt::pre_exec(&mut command, || {
                libc::signal(libc::SIGINT, libc::SIG_DFL);
                Ok(())
            });
        }
        command
    }
}

/// Writes a program.
#[cfg(unix)]
pub fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the fixture can be written");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("the fixture can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// What a developer may have set, and no test may depend on.
pub const CLEARED: [&str; 9] = [
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "NO_COLOR",
    "COLUMNS",
    "LC_ALL",
    "LC_CTYPE",
    "LANG",
];

pub const GREET: &str = "exercises/01-demo/greet.rs";

/// A correct body for `greet`.
pub const RIGHT: &str = "format!(\"Hello, {name}!\")";

/// The file of the exercise `greet` with this body.
pub fn greet(body: &str) -> String {
    format!(
        "//! # Greet\n\npub fn greet(name: &str) -> String {{\n    {body}\n}}\n\n#[path = \"checks/greet.rs\"]\nmod checks;\n"
    )
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("the runner prints UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("the runner prints UTF-8"),
        }
    }

    /// The exit code is this one, and both streams together hold all these words.
    #[track_caller]
    pub fn expect(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        for words in words {
            assert!(
                filled(&self.stdout).contains(words) || filled(&self.stderr).contains(words),
                "no {words:?} in\n{self}"
            );
        }
        self
    }

    #[track_caller]
    pub fn without(&self, words: &str) -> &Self {
        assert!(!self.stdout.contains(words) && !self.stderr.contains(words), "{words:?} is in\n{self}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Where lines are broken depends on the width; which words they hold does not.
fn filled(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the temporary folder can be written");
    for entry in fs::read_dir(from).expect("the fixture is there") {
        let entry = entry.expect("the fixture can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("the fixture can be read").is_dir() {
            // What a developer built there by hand is no part of it.
            if entry.file_name() != "target" && entry.file_name() != ".workbook" {
                copy(&entry.path(), &target);
            }
        } else {
            fs::copy(entry.path(), target).expect("the temporary folder can be written");
        }
    }
}

/// Waits until something is there, and fails after a time that no healthy machine needs.
#[track_caller]
pub fn wait_until<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(90);
    loop {
        if let Some(value) = there() {
            return value;
        }
        assert!(std::time::Instant::now() < end, "it never came to this: {what}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Whether a process lives. One that has ended and that nobody has waited for yet does not.
#[cfg(unix)]
pub fn is_alive(id: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().expect("ps is there");
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}
