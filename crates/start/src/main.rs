//! What `cargo workbook` starts.
//!
//! The alias asks cargo to be quiet, because a line of cargo's above every answer would be noise. But then the very
//! first start, which downloads and compiles the runner, is silent for half a minute. This program has no dependencies,
//! so it is there within a second or two. It says what is going on, lets cargo build the runner with all its usual words
//! the first time and quietly later, and becomes the runner.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// As the runner's own: it cannot be done.
const CANNOT: u8 = 3;

/// A later build that takes longer than this is one that a person wonders about.
const PATIENCE: Duration = Duration::from_millis(700);

fn main() -> ExitCode {
    let runner = match runner() {
        Ok(runner) => runner,
        Err(error) => {
            eprintln!("error: the folder of the workbook's programs is unknown: {error}");
            return ExitCode::from(CANNOT);
        }
    };
    // When the build began, not when it ended: what was saved in between is in no program yet.
    let stamp = runner.with_file_name("workbook.built");
    if !is_current(&runner, &stamp) {
        let began = SystemTime::now();
        if let Err(code) = build(&runner) {
            return code;
        }
        // Where it cannot be written, cargo is asked again at the next start.
        let _ = File::create(&stamp).and_then(|file| file.set_modified(began));
    }
    become_runner(Command::new(&runner).args(env::args_os().skip(1)))
}

/// Cargo puts the runner beside this program.
fn runner() -> io::Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(format!("workbook{}", env::consts::EXE_SUFFIX)))
}

/// Whether all that the runner is made of is older than its last build. Asking cargo would take as long again as this
/// start. Other RUSTFLAGS make no other runner, so they are not looked at: cargo uses them for the exercises.
fn is_current(runner: &Path, stamp: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let (Ok(built), true) = (time(stamp), runner.is_file()) else { return false };
    // Cargo writes down which files it compiled: `program: file file`, with a backslash before a space.
    let listed = fs::read_to_string(runner.with_extension("d")).unwrap_or_default().replace("\\ ", "\0");
    let Some((_, sources)) = listed.trim_end().split_once(": ") else { return false };
    let sources: Vec<PathBuf> = sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " "))).collect();
    let package = package();
    let root = package.ancestors().nth(2).unwrap_or(&package);
    // A folder that was copied with all that was built in it has a list of the files of the other one.
    if !sources.iter().all(|source| source.starts_with(root)) {
        return false;
    }
    let mut manifests: BTreeSet<PathBuf> =
        ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "rust-toolchain.toml"].map(|name| root.join(name)).into();
    manifests.extend(sources.iter().filter_map(|source| manifest_of(source)));
    sources.iter().chain(&manifests).all(|path| time(path).is_ok_and(|time| time < built))
}

/// The manifest of the crate to which a source belongs.
fn manifest_of(source: &Path) -> Option<PathBuf> {
    source.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file())
}

/// The folder of this package, in the workbook that was started. `cargo run` says where it is; what this program was compiled
/// with is where it was then, and cargo does not compile it again when somebody moves the workbook.
fn package() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
}

fn build(runner: &Path) -> Result<(), ExitCode> {
    let is_first = !runner.exists();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", "workbook"]).stdin(Stdio::null());
    // Wherever the person stands.
    let package = package();
    cargo.current_dir(&package);
    // Cargo describes this package in the environment, and a build script may ask for such a variable.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_")
            || name == "CARGO_MANIFEST_DIR"
            || name == "CARGO_MANIFEST_PATH"
        {
            cargo.env_remove(name);
        }
    }
    if is_first {
        eprintln!("The workbook builds itself, once: about half a minute with the downloads.");
    } else {
        cargo.arg("--quiet");
    }
    let cannot = |error: io::Error| {
        // The system says the same of a program that is not there and of a folder.
        if package.is_dir() {
            eprintln!(
                "error: cargo cannot be started: {error}\nInstall Rust from https://rustup.rs and open a new terminal."
            );
        } else {
            eprintln!(
                "error: the workbook is no more in {}, where it was when this program was built.\nGo to the folder where it is \
                 now, and start it there: cargo workbook",
                package.display()
            );
        }
        ExitCode::from(CANNOT)
    };
    let mut building = cargo.spawn().map_err(cannot)?;
    let start = Instant::now();
    let mut is_told = is_first;
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = building.try_wait().map_err(cannot)? {
            break status;
        }
        if !is_told && start.elapsed() > PATIENCE {
            eprintln!("The workbook has changed since the last start. Its runner is built again …");
            is_told = true;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(5));
    };
    if !status.success() {
        eprintln!("error: the runner of the workbook cannot be built. Cargo says above why.\n{}", what_to_do());
        return Err(ExitCode::from(CANNOT));
    }
    Ok(())
}

/// Nobody who learns here has written the runner: what stopped it is the network, the toolchain, or a change by accident.
fn what_to_do() -> String {
    let mut advice = String::from(
        "- It cannot download? The first build needs a network. Try again when there is one.\n\
         - A compile error in crates/? `git status` shows what was changed, `git restore crates` takes it back.\n\
         - Something else? `rustup update`, then try again.",
    );
    if cfg!(windows) {
        advice.push_str(
            "\n- Access is denied? Windows does not replace a program that runs. Close the other `cargo workbook`.",
        );
    }
    advice
}

/// The same process goes on: its terminal, its input, the Ctrl-C that reaches it and its exit code are the runner's own.
#[cfg(unix)]
fn become_runner(runner: &mut Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    // Returns only if it fails.
    cannot_run(&runner.exec())
}

/// Windows cannot replace a program by another one: this one waits. In watch, the console makes no signal of Ctrl-C, and
/// the runner reads it as a key; elsewhere Ctrl-C ends both.
#[cfg(not(unix))]
fn become_runner(runner: &mut Command) -> ExitCode {
    match runner.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(CANNOT)),
        Err(error) => cannot_run(&error),
    }
}

fn cannot_run(error: &io::Error) -> ExitCode {
    eprintln!("error: the runner of the workbook cannot be started: {error}");
    ExitCode::from(CANNOT)
}
