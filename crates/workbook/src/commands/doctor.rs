//! `cargo workbook doctor`

use std::{
    env, fs,
    io::Write as _,
    path::Path,
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

/// How much room the workbook's builds take, with some to spare.
const ROOM: u64 = 2 * 1024 * 1024 * 1024;

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
    findings.push(flags());
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
            Finding::bad(format!("a program cannot be linked: {first}"), cargo::NoVerdict::LINKER)
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
        return Some(Finding::note(what, "A full build of the workbook takes about 2 GB."));
    }
    Some(Finding::good(format!("{gigabytes:.0} GB are free where cargo builds")))
}

/// Flags in the environment replace those of `.cargo/config.toml`, all of them.
fn flags() -> Finding {
    const NAMES: [&str; 3] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];
    let hides =
        |name: &&&str| env::var(name).is_ok_and(|flags| !flags.replace('\u{1f}', " ").contains("tokio_unstable"));
    match NAMES.iter().find(hides) {
        None => Finding::good("no RUSTFLAGS hide those of the workbook"),
        Some(name) => Finding::note(
            format!("{name} is set and replaces the flags of .cargo/config.toml"),
            "Without `--cfg tokio_unstable` a message about a stuck task does not name the line that spawned it. Unset the \
             variable, or add the flag to it.",
        ),
    }
}

fn mdbook(workspace: &Workspace) -> Finding {
    let tools = Directories::ask(workspace).map(|directories| directories.target_directory.join("tools/bin/mdbook"));
    let candidates = [Some("mdbook".into()), tools.ok()];
    let found = candidates.into_iter().flatten().find_map(|program| book::version(&program));
    match found {
        Some(version) if book::fits(&version) => Finding::good(format!("mdbook {version}")),
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
