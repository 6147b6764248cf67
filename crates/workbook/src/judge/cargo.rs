//! Nested cargo: one invocation, its stream of JSON, and what to say when it cannot build.

use std::{
    collections::{HashMap, HashSet},
    env,
    ffi::OsString,
    io,
    path::PathBuf,
    process::Command,
};

use serde::Deserialize;
use verdict::variables;

use crate::{
    catalogue::workspace::Workspace,
    judge::{
        diagnostics::{Diagnostic, Line, Linking, end_of_link_error},
        process::{self, Cancel},
    },
};

/// Why there is no verdict. None of it is the learner's code.
#[derive(Debug, thiserror::Error)]
pub enum NoVerdict {
    #[error("stopped")]
    Cancelled,
    #[error(
        "cargo cannot be started: {0}\nInstall Rust from https://rustup.rs, open a new terminal, then run \
         `cargo workbook doctor`."
    )]
    NoCargo(io::Error),
    #[error("the compiler cannot link: {0}\n{linker}\n`cargo workbook doctor` says what else is missing.", linker = Self::LINKER)]
    NoLinker(String),
    #[error(
        "the program cannot be linked:\n\n{0}\n\nWhat the linker says is the reason: a full disk, too little memory, flags \
         for it in a .cargo/config.toml, or a function of an `extern` block that is nowhere or twice."
    )]
    Link(String),
    #[error("cargo cannot build `{package}`, and the reason is not your file:\n\n{said}")]
    Elsewhere { package: String, said: String },
    #[error(
        "{0} has no test target `attempts`, which other versions of an exercise are compiled in.\nAdd it:\n\n    \
         [[test]]\n    name = \"attempts\"\n    path = \"../attempts.rs\"\n    test = false"
    )]
    NoAttempts(String),
    /// The program that ran was compiled from something else than was to be judged.
    #[error("another cargo has built this exercise while it was checked. Check it again.")]
    Replaced,
    #[error("{what}: {error}")]
    Io { what: String, error: io::Error },
}

impl NoVerdict {
    /// What to do where there is no linker.
    pub const LINKER: &str = "Install a linker, then try again. Debian and Ubuntu: `sudo apt install build-essential`. \
        Fedora: `sudo dnf install gcc`. macOS: `xcode-select --install`. Windows: Visual Studio's \"Desktop development \
        with C++\".";

    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}

/// What cargo says while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildStep {
    /// A crate is being compiled.
    Compiling(String),
    /// Another cargo holds the folder of the build: an editor, or a second terminal.
    Waiting,
}

/// Whether a program can say at which line a future waits.
///
/// Line tables make a learner wait longer for every verdict (the linker copies those of the whole standard library), and only
/// the verdict on a future that hangs has a use for them. All other crates are the same files either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTables {
    /// What the profile of the workspace says, as under `cargo test`.
    Kept,
    /// The way that is fastest from one save to the next.
    LeftOut,
}

impl LineTables {
    fn arguments(self, package: &str) -> Vec<String> {
        if self == Self::Kept {
            return Vec::new();
        }
        // In many units, few of them change with one line. Measured over 22 exercises, one line new: 0.25 s a build with 256
        // units and 0.29 s with 4; all of it new: 0.35 s and 0.33 s.
        let mut settings = vec!["debug=false", "codegen-units=256"];
        // Apple's linker copies no line tables, so there is nothing to strip.
        if !cfg!(target_vendor = "apple") {
            settings.push("strip=\"debuginfo\"");
        }
        let setting = |setting| ["--config".to_owned(), format!("profile.dev.package.{package}.{setting}")];
        settings.into_iter().flat_map(setting).collect()
    }
}

/// What came of one invocation.
#[derive(Debug, Default)]
pub struct Build {
    /// By target.
    pub executables: HashMap<String, PathBuf>,
    /// By target.
    pub diagnostics: HashMap<String, Vec<Diagnostic>>,
}

/// A cargo that behaves like the one in the learner's shell, so that both share what they build.
pub fn command(workspace: &Workspace) -> Command {
    let mut command = Command::new(program());
    command.current_dir(&workspace.root);
    // The runner itself runs under `cargo run`, which describes the runner's package in the environment. A build script
    // that asks to be run again when such a variable changes would be, each time.
    for (name, _) in env::vars_os().filter(|(name, _)| describes_a_package(name)) {
        command.env_remove(name);
    }
    command.env("CARGO_TERM_COLOR", "never");
    command
}

/// The cargo that runs this process, else the one on the `PATH`.
pub fn program() -> OsString {
    env::var_os("CARGO").filter(|cargo| !cargo.is_empty()).unwrap_or_else(|| "cargo".into())
}

/// What `cargo run` and `cargo test` add to the environment of the program that they start. What a person sets to steer
/// cargo (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_PROFILE_…`, `CARGO_NET_…`) stays.
fn describes_a_package(name: &OsString) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_BIN_EXE_", "CARGO_FEATURE_", "CARGO_CFG_"];
    const NAMES: [&str; 9] = [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MAKEFLAGS",
        "CARGO_CRATE_NAME",
        "CARGO_BIN_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "OUT_DIR",
    ];
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A test target, and a digest of what it is compiled from.
///
/// Cargo compares the times of files, and a file that was copied or moved may be older than what was built of its
/// predecessor. The checks take the digest in at compile time, and cargo compares the contents of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub name: String,
    pub digest: String,
    /// The file that its source includes, where the runner has written one for it.
    pub list: Option<PathBuf>,
}

/// Compiles test targets of one package with one invocation.
///
/// A target with errors in its source has diagnostics and no executable. An error is anything else that stops cargo.
pub fn build_tests(
    workspace: &Workspace,
    package: &str,
    targets: &[Target],
    lines: LineTables,
    cancel: &Cancel,
    on_step: &(dyn Fn(BuildStep) + Sync),
) -> Result<Build, NoVerdict> {
    let mut cargo = command(workspace);
    if targets.len() > 1 {
        // Builds the same files as `cargo test --no-run`, which cannot go on where one target does not compile.
        cargo.args(["build", "--keep-going"]);
    } else {
        cargo.args(["test", "--no-run"]);
    }
    cargo.args(["--message-format=json-diagnostic-rendered-ansi", "--package", package]);
    for target in targets {
        cargo.args(["--test", &target.name]).env(variables::attempt(&target.name), &target.digest);
        if let Some(list) = &target.list {
            cargo.env(variables::ATTEMPTS, list);
        }
    }
    cargo.args(lines.arguments(package));
    let mut build = Build::default();
    let mut elsewhere: Vec<Diagnostic> = Vec::new();
    // The targets whose source has an error.
    let mut explained: HashSet<String> = HashSet::new();
    let mut said: Vec<String> = Vec::new();
    let status = process::run_lines(
        &mut cargo,
        cancel,
        &mut |line| match serde_json::from_str(line) {
            Ok(Line::CompilerMessage { target, message }) => {
                let Some(diagnostic) = Diagnostic::from_message(message) else { return };
                let is_ours = target.kind == ["test"] && targets.iter().any(|ours| ours.name == target.name);
                if is_ours {
                    if diagnostic.is_about_source(&target.src_path) {
                        explained.insert(target.name.clone());
                    }
                    build.diagnostics.entry(target.name).or_default().push(diagnostic);
                } else if diagnostic.is_error() {
                    elsewhere.push(diagnostic);
                }
            }
            Ok(Line::CompilerArtifact { target, executable: Some(executable), .. }) => {
                build.executables.insert(target.name, executable.into());
            }
            _ => {}
        },
        &mut |line| {
            if let Some(step) = step(line) {
                on_step(step);
            }
            said.push(line.to_owned());
        },
    );
    if cancel.is_cancelled() {
        return Err(NoVerdict::Cancelled);
    }
    let status = status.map_err(NoVerdict::NoCargo)?;
    let ours = build.diagnostics.values().flatten();
    for diagnostic in elsewhere.iter().chain(ours) {
        match diagnostic.linking() {
            Some(Linking::NoLinker) => return Err(NoVerdict::NoLinker(diagnostic.message.clone())),
            Some(Linking::Failed) => return Err(NoVerdict::Link(end_of_link_error(&diagnostic.rendered))),
            None => {}
        }
    }
    let is_unexplained = |name: &String| !build.executables.contains_key(name) && !explained.contains(name);
    if !status.success() && targets.iter().any(|target| is_unexplained(&target.name)) {
        let mut said: String = said.into_iter().filter(|line| !is_noise(line)).map(|line| line + "\n").collect();
        let ours = build.diagnostics.iter().filter(|(name, _)| is_unexplained(name)).flat_map(|(_, said)| said);
        for diagnostic in elsewhere.iter().chain(ours).filter(|diagnostic| diagnostic.is_error()) {
            said.push_str(&diagnostic.rendered);
        }
        return Err(NoVerdict::Elsewhere { package: package.to_owned(), said: said.trim_end().to_owned() });
    }
    Ok(build)
}

/// `   Compiling tokio v1.54.1`
fn step(line: &str) -> Option<BuildStep> {
    let line = line.trim_start();
    if line.starts_with("Blocking waiting for file lock") {
        return Some(BuildStep::Waiting);
    }
    let rest = line.strip_prefix("Compiling ").or_else(|| line.strip_prefix("Downloading "))?;
    Some(BuildStep::Compiling(rest.split(' ').next()?.to_owned()))
}

fn is_noise(line: &str) -> bool {
    const USUAL: [&str; 7] = ["Compiling", "Downloading", "Downloaded", "Locking", "Updating", "Fresh", "Blocking"];
    USUAL.contains(&line.trim_start().split(' ').next().unwrap_or_default())
}

/// Where cargo puts what it builds.
#[derive(Debug, Deserialize)]
pub struct Directories {
    pub target_directory: PathBuf,
    /// Apart from the former only where a person asked for it.
    build_directory: Option<PathBuf>,
}

impl Directories {
    pub fn ask(workspace: &Workspace) -> Result<Self, NoVerdict> {
        let mut cargo = command(workspace);
        cargo.args(["metadata", "--format-version=1", "--no-deps"]);
        let output = cargo.output().map_err(NoVerdict::NoCargo)?;
        serde_json::from_slice(&output.stdout).map_err(|_| NoVerdict::Elsewhere {
            package: "cargo metadata".to_owned(),
            said: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
        })
    }

    /// Cargo's folder for temporary files.
    pub fn tmp(&self) -> PathBuf {
        self.build_directory.as_ref().unwrap_or(&self.target_directory).join("tmp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_adds_for_a_package_is_taken_away() {
        let taken = ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_EXE_workbook", "OUT_DIR"];
        let kept = ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_PROFILE_DEV_DEBUG", "CARGO_NET_OFFLINE", "PATH"];
        assert!(taken.iter().all(|name| describes_a_package(&OsString::from(name))));
        assert!(!kept.iter().any(|name| describes_a_package(&OsString::from(name))));
    }

    #[test]
    fn cargos_lines_tell_how_far_it_is() {
        assert_eq!(step("   Compiling tokio v1.54.1"), Some(BuildStep::Compiling("tokio".to_owned())));
        assert_eq!(step("    Blocking waiting for file lock on build directory"), Some(BuildStep::Waiting));
        assert_eq!(step("    Finished `test` profile"), None);
    }
}
