//! `cargo workbook doctor`

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{self, Stdio},
};

use serde::Deserialize;

use super::{
    arguments::{Arguments, Command, Given, Run, Usage},
    book,
};
use crate::{
    catalogue::workspace::Workspace,
    context::Context,
    exit,
    judge::{
        cargo::{self, Directories},
        diagnostics::end_of_link_error,
        scratch::Scratch,
    },
    screen::{render, say::say, style::Ink, terminal},
    text,
};

pub const COMMAND: Command = Command {
    name: "doctor",
    overview: "  cargo workbook doctor         is this machine ready, and what to do if not",
    help: HELP,
    parse,
};

const HELP: &str = "\
cargo workbook doctor

Looks at what the workbook needs on this machine, and says what to do about what
is missing.

Exit codes: 0 ready, 1 something needed is missing.
";

fn parse(arguments: &mut Arguments) -> Result<Run, Usage> {
    match arguments.name_and([])? {
        (Some(name), []) => Err(arguments.unexpected(&Given::Value(name))),
        (None, []) => Ok(Box::new(doctor)),
    }
}

/// How much room the exercises of seven lessons take, with nearly as much again to spare: 1.1 GB after `cargo workbook` and
/// `check --all` in an empty folder for builds, on Linux.
const ROOM: u64 = 2_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Good,
    /// Something works less well.
    Note,
    /// Exercises cannot be checked.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug)]
struct Finding {
    level: Level,
    what: String,
    /// What to do about it.
    advice: Option<String>,
}

fn doctor(context: &Context) -> anyhow::Result<u8> {
    let style = &context.style;
    let workspace = &context.workspace;
    let mut findings = toolchain(workspace);
    findings.push(linker(workspace));
    findings.extend(folders(workspace));
    findings.push(flags(workspace));
    findings.push(mdbook(workspace));
    findings.push(terminal_features(context));
    for finding in &findings {
        let mark = match finding.level {
            Level::Good => style.tick(),
            Level::Note => style.dash(),
            Level::Bad => style.cross(),
        };
        say!("{}", render::marked(&mark, &finding.what, style).join("\n"));
        if let Some(advice) = &finding.advice {
            for line in text::paragraphs(advice, style.width.min(100).saturating_sub(5)) {
                say!("    {}", style.paint(Ink::Note, &line));
            }
        }
    }
    let bad = findings.iter().any(|finding| finding.level == Level::Bad);
    let words =
        if bad { "Not ready: mend what is marked above, then run this again." } else { "Ready: cargo workbook" };
    say!("\n  {words}");
    Ok(if bad { exit::NOT_YET } else { exit::PASSED })
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self { level: Level::Good, what: what.into(), advice: None }
    }

    fn note(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Note, what: what.into(), advice: Some(advice.into()) }
    }

    fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Bad, what: what.into(), advice: Some(advice.into()) }
    }
}

fn toolchain(workspace: &Workspace) -> Vec<Finding> {
    let needed = needed_version(workspace);
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut findings = vec![
        compiler(
            "rustc",
            first_line(process::Command::new(rustc).arg("--version").current_dir(&workspace.root)),
            &needed,
        ),
        compiler("cargo", first_line(cargo::command(workspace).arg("--version")), &needed),
    ];
    for (component, command, for_what) in
        [("rustfmt", "fmt", "formats your code"), ("clippy", "clippy", "finds habits that bite")]
    {
        findings.push(match first_line(cargo::command(workspace).args([command, "--version"])) {
            Some(version) => Finding::good(version),
            None => Finding::note(
                format!("{component} is not installed. It {for_what}; the checks do without."),
                format!("rustup component add {component}"),
            ),
        });
    }
    findings
}

fn compiler(name: &str, version: Option<String>, needed: &str) -> Finding {
    let Some(version) = version else {
        let advice = "Install Rust from https://rustup.rs and open a new terminal. With rustup, the folder of the \
                      workbook picks its toolchain by itself; `rustup toolchain install` fetches it.";
        return Finding::bad(format!("{name} cannot be started"), advice);
    };
    let number = version.split(' ').nth(1).unwrap_or_default();
    if numbers(number) < numbers(needed) {
        let advice = format!("The workbook needs {needed}. `rustup update`, or `rustup toolchain install {needed}`.");
        return Finding::bad(format!("{version} is too old"), advice);
    }
    Finding::good(version)
}

/// The `rust-version` of the root manifest.
fn needed_version(workspace: &Workspace) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    struct Package {
        rust_version: String,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Root {
        package: Package,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Manifest {
        workspace: Root,
    }
    let text = fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap_or_default();
    toml::from_str::<Manifest>(&text).unwrap_or_default().workspace.package.rust_version
}

/// `1.95.0-nightly` as numbers that can be compared.
fn numbers(version: &str) -> Vec<u32> {
    let release = version.split('-').next().unwrap_or_default();
    release.split('.').map_while(|number| number.parse().ok()).collect()
}

/// Links the smallest program: a linker that is there and does not work is found, too.
fn linker(workspace: &Workspace) -> Finding {
    let Ok(scratch) = Scratch::new() else {
        return Finding::bad(
            "the system's folder for temporary files cannot be written",
            "Free some space, or set TMPDIR.",
        );
    };
    let mut rustc = process::Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--crate-name", "doctor", "--edition", "2024", "-o"]).arg(scratch.path().join("doctor")).arg("-");
    rustc.current_dir(&workspace.root).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let compiled = rustc.spawn().and_then(|mut child| {
        child.stdin.take().expect("stdin is piped").write_all(b"fn main() {}")?;
        child.wait_with_output()
    });
    match compiled {
        Ok(output) if output.status.success() => Finding::good("the linker works"),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().next().unwrap_or("no reason given").to_owned();
            let what = format!("a program cannot be linked: {first}");
            if first.starts_with("error: linker `") {
                return Finding::bad(what, cargo::NoVerdict::LINKER);
            }
            let said = said.split("\nerror: aborting").next().unwrap_or_default();
            let advice = format!("Whatever is named here stops every program:\n\n{}", end_of_link_error(said));
            Finding::bad(what, advice)
        }
        Err(error) => Finding::bad(format!("rustc cannot be started: {error}"), "See above."),
    }
}

fn folders(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Directories::ask(workspace) {
        Err(error) => findings.push(Finding::bad("cargo cannot read the manifests", error.to_string())),
        Ok(directories) => {
            let target = directories.target_directory;
            findings.push(match writable(&target) {
                Ok(()) => Finding::good(format!("cargo can write {}", workspace.shown(&target))),
                Err(error) => Finding::bad(
                    format!("cargo cannot write {}: {error}", target.display()),
                    "Make the folder writable, or set CARGO_TARGET_DIR to one that is.",
                ),
            });
            findings.extend(disk_space(&target));
        }
    }
    findings.push(match writable(&workspace.state_dir()) {
        Ok(()) => Finding::good("progress can be saved in .workbook"),
        Err(error) => Finding::note(
            format!("progress cannot be saved in .workbook: {error}"),
            "Verdicts work without it. To keep your progress, make the folder writable.",
        ),
    });
    findings
}

fn writable(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!(".doctor.{}", std::process::id()));
    fs::write(&path, "x")?;
    fs::remove_file(path)
}

/// Asks `df`, where there is one.
fn disk_space(folder: &Path) -> Option<Finding> {
    let output = process::Command::new("df").arg("-Pk").arg(folder).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let free: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    let free = free.checked_mul(1024)?;
    let gigabytes = free as f64 / 1e9;
    if free < ROOM {
        let what = format!("only {gigabytes:.1} GB are free where cargo builds");
        return Some(Finding::note(
            what,
            "All exercises take about 1 GB once they are built. `cargo test`, which you may leave out, takes more.",
        ));
    }
    Some(Finding::good(format!("{gigabytes:.0} GB are free where cargo builds")))
}

/// What is lost where the flag of `.cargo/config.toml` does not reach the compiler.
const LOST: &str = "Everything is checked as well. Lost are tokio's hooks: a message about a stuck task does not name the line \
                    that spawned it, and tasks that were spawned are not counted.";

/// Cargo takes its flags from one place alone: the environment, else `[target]` of all its files, else `[build]`. So flags
/// that somebody set for all projects hide those of the workbook. Cargo itself is asked, with a program that says which it
/// got; who hides them is only a guess at the words.
fn flags(workspace: &Workspace) -> Finding {
    match flag_arrives(workspace) {
        Ok(true) => return Finding::good("the flags of .cargo/config.toml reach the compiler"),
        Ok(false) => {}
        Err(error) => {
            let what = format!("it is unknown whether the flags of .cargo/config.toml reach the compiler: {error}");
            return Finding::note(what, "If an exercise cannot be checked, its verdict says why.");
        }
    }
    let advice = |what: &str| format!("{LOST} {what}");
    let hides = |name: &&str| env::var_os(name).is_some_and(|flags| !flags.is_empty());
    if let Some(name) = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"].into_iter().find(hides) {
        return Finding::note(
            format!("{name} is set and replaces the flags of .cargo/config.toml"),
            advice("Unset the variable, or add `--cfg tokio_unstable` to it."),
        );
    }
    if let Some(path) = configurations(workspace).into_iter().find(|path| sets_flags_for_a_target(path)) {
        return Finding::note(
            format!("rustflags below [target] in {} replace those of .cargo/config.toml", path.display()),
            advice("Add \"--cfg\", \"tokio_unstable\" to them, or move them below [build], where cargo joins both."),
        );
    }
    Finding::note(
        "the flags of .cargo/config.toml do not reach the compiler",
        advice("Does .cargo/config.toml still have `rustflags = [\"--cfg\", \"tokio_unstable\"]` below [build]?"),
    )
}

/// Whether code that cargo compiles in the folder of the workbook sees `cfg(tokio_unstable)`.
fn flag_arrives(workspace: &Workspace) -> anyhow::Result<bool> {
    let scratch = Scratch::new()?;
    let manifest = scratch.path().join("Cargo.toml");
    fs::write(&manifest, "package.name = \"flags\"\nlib.path = \"lib.rs\"\nworkspace = {}\n")?;
    // Whatever the flags say of warnings, this is told apart from all other errors by its words.
    fs::write(
        scratch.path().join("lib.rs"),
        "#![allow(unexpected_cfgs)]\n#[cfg(not(tokio_unstable))]\ncompile_error!(\"the flag is hidden\");\n",
    )?;
    let output = cargo::command(workspace)
        .args(["check", "--quiet", "--offline", "--manifest-path"])
        .arg(&manifest)
        .arg("--target-dir")
        .arg(scratch.path().join("target"))
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(true);
    }
    anyhow::ensure!(said.contains("the flag is hidden"), "{}", said.lines().next().unwrap_or("no reason given"));
    Ok(false)
}

/// The files that cargo joins: those of the workbook's folder and of all above it, and the one of its home.
fn configurations(workspace: &Workspace) -> Vec<PathBuf> {
    let root = fs::canonicalize(&workspace.root).unwrap_or_else(|_| workspace.root.clone());
    let mut folders: Vec<PathBuf> = root.ancestors().map(|folder| folder.join(".cargo")).collect();
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    folders.extend(home.or_else(|| Some(env::home_dir()?.join(".cargo"))));
    folders.iter().flat_map(|folder| [folder.join("config.toml"), folder.join("config")]).collect()
}

/// `[target.x86_64-unknown-linux-gnu]` or `[target.'cfg(…)']` with rustflags.
fn sets_flags_for_a_target(path: &Path) -> bool {
    let Ok(Ok(file)) = fs::read_to_string(path).map(|text| text.parse::<toml::Table>()) else { return false };
    let Some(targets) = file.get("target").and_then(toml::Value::as_table) else { return false };
    targets.values().any(|target| target.get("rustflags").is_some())
}

fn mdbook(workspace: &Workspace) -> Finding {
    let tools = Directories::ask(workspace).map(|directories| directories.target_directory.join("tools/bin/mdbook"));
    let candidates = [Some("mdbook".into()), tools.ok()];
    let versions: Vec<String> =
        candidates.into_iter().flatten().filter_map(|program| book::version(&program)).collect();
    // As `book` does: the first that fits, wherever it stands.
    match versions.iter().find(|version| book::fits(version)).or(versions.first()) {
        Some(version) if book::fits(version) => Finding::good(format!("mdbook {version}")),
        Some(version) => Finding::note(
            format!("mdbook {version} is of another series than the book"),
            "`cargo workbook book` installs the right one.",
        ),
        None => Finding::note(
            "mdbook is not installed",
            "`cargo workbook book` installs it when you want to read the book.",
        ),
    }
}

fn terminal_features(context: &Context) -> Finding {
    let style = &context.style;
    let colour = if style.colour { "colour" } else { "no colour" };
    let characters = if style.ascii { "ASCII" } else { "Unicode" };
    if !terminal::is_interactive() {
        return Finding::note("this is no terminal", "In one, `cargo workbook` watches; here it prints the state.");
    }
    let what = format!("the terminal has {} columns, {colour}, {characters}", style.width);
    if style.width < 60 {
        return Finding::note(what, "It works. Drawings are easier to read with 80 columns or more.");
    }
    Finding::good(what)
}

/// What a program prints first, if it can be started and ends well.
fn first_line(command: &mut process::Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(numbers("1.9.0") < numbers("1.95"));
        assert!(numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.96.0-nightly") >= numbers("1.95"));
        assert!(numbers("nonsense") < numbers("1.0"));
    }
}
