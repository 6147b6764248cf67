//! Measures what a learner waits for: the time from a save to the verdict on the screen.
//!
//! ```text
//! cargo build -p workbook && cargo run -q -p workbook --example save_to_verdict [EXERCISE] [SAVES]
//! ```
//!
//! It starts the real runner in a real pseudo-terminal, saves, and stops the clock when the new verdict stands on the
//! screen. Two kinds of saves are measured: all of it is new (the starter and the solution in turn), and one line of the
//! solution is. It works on a copy of the workbook under `target/`, so nobody's files change. The first builds are not
//! counted: the figures are those of a learner who is at work.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support/terminal.rs"]
mod terminal;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, ensure};
use terminal::Terminal;
use workbook::{
    catalogue::{register::Register, select, workspace::Workspace},
    judge::cargo::Directories,
};

fn main() -> anyhow::Result<()> {
    let mut args = env::args().skip(1);
    let id = args.next().unwrap_or_else(|| "03-join/fan_out".to_owned());
    let saves: usize = args.next().map_or(Ok(20), |saves| saves.parse()).context("SAVES is a number")?;
    ensure!(saves > 0, "SAVES is a number from 1 up");

    let original = Workspace::find()?;
    let target = Directories::ask(&original)?.target_directory;
    let runner = target.join("debug").join(format!("workbook{}", env::consts::EXE_SUFFIX));
    ensure!(runner.is_file(), "{} is missing: cargo build -p workbook", runner.display());
    let copy = Workspace { root: target.join("save-to-verdict") };
    copy_sources(&original.root, &copy.root)?;

    let register = Register::read(&copy)?;
    let exercise = select::find_exercise(&register, &id)?;
    let starter = fs::read_to_string(exercise.starter_file()).context("the exercise has a starter")?;
    let solution = solved(&fs::read_to_string(exercise.solution_file())?, &exercise.name);
    fs::write(exercise.file(), &starter)?;
    start_at(&register, &copy, &exercise.id())?;

    // Its own target folder, which stays: the next measurement starts warm.
    let cleared = ["CARGO_TARGET_DIR", "NO_COLOR", "CARGO_MANIFEST_DIR"];
    let mut first = Command::new(&runner);
    for name in cleared {
        first.env_remove(name);
    }
    println!("the first build, which is not counted …");
    first.args(["check", &id]).current_dir(&copy.root).stdout(Stdio::null());
    let built = first.status().context("the runner starts")?;
    ensure!(matches!(built.code(), Some(0 | 1)), "the runner has no verdict: {built}");
    let mut terminal = Terminal::open(&runner, &[], &copy.root, &cleared, (100, 40));
    terminal.wait_for("not started");
    // Each version once for cargo and the disk to know it.
    for _ in 0..2 {
        save(&terminal, &exercise.file(), &solution, "Passed:")?;
        save(&terminal, &exercise.file(), &starter, "not started")?;
    }
    let mut all_new = Vec::new();
    for number in 0..saves {
        let (text, verdict) = if number % 2 == 0 { (&solution, "Passed:") } else { (&starter, "not started") };
        all_new.push(save(&terminal, &exercise.file(), text, verdict)?);
    }
    let mut one_line = Vec::new();
    // The first two write the line; from there on it changes.
    for number in 0..saves + 2 {
        let words = format!("save number {number}.");
        one_line.push(save(&terminal, &exercise.file(), &printing(&solution, &words)?, &words)?);
    }
    terminal.press("q");
    terminal.wait_for_end();

    tell(&format!("{}, all of it new", exercise.id()), all_new);
    tell(&format!("{}, one line new", exercise.id()), one_line.split_off(2));
    Ok(())
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let seconds = |time: Duration| time.as_secs_f64();
    println!(
        "{what}: save to verdict, {} saves: median {:.3} s, least {:.3} s, most {:.3} s",
        times.len(),
        seconds(times[times.len() / 2]),
        seconds(times[0]),
        seconds(times[times.len() - 1])
    );
}

/// The solution with one more line: its first public function, or its first function, prints these words.
fn printing(solution: &str, words: &str) -> anyhow::Result<String> {
    let public = ["pub async fn ", "pub fn "].iter().filter_map(|begins| solution.find(begins)).min();
    let function = public.or_else(|| solution.find("fn "));
    let body = function.and_then(|function| Some(function + solution[function..].find("{\n")? + 2));
    let (before, after) = solution.split_at(body.context("the solution has a function")?);
    Ok(format!("{before}    println!(\"{words}\");\n{after}"))
}

/// Saves as a person does: some time after the last verdict, and at no special moment between two looks of the runner.
fn save(terminal: &Terminal, file: &Path, text: &str, verdict: &str) -> anyhow::Result<Duration> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    thread::sleep(Duration::from_millis(500) + Duration::from_micros(u64::from(now.subsec_nanos() % 25_000)));
    let start = Instant::now();
    fs::write(file, text)?;
    terminal.wait_for(verdict);
    Ok(start.elapsed())
}

/// The solution as a learner would have written it: connected to the checks like the starter.
fn solved(solution: &str, name: &str) -> String {
    let code = workbook::judge::attempt::without_checks(solution);
    format!("{}\n\n#[path = \"checks/{name}.rs\"]\nmod checks;\n", code.trim_end())
}

/// Marks everything before the exercise as passed, so that watch begins with it.
fn start_at(register: &Register, workspace: &Workspace, id: &str) -> anyhow::Result<()> {
    let before = register.exercises().map(|exercise| exercise.id()).take_while(|other| other != id);
    let progress: String = before.map(|id| format!("{id} passed\n")).collect();
    fs::create_dir_all(workspace.state_dir())?;
    fs::write(workspace.state_dir().join("progress.txt"), progress)?;
    Ok(())
}

/// Copies what git knows and what is new, leaves the time of a file that did not change as it is, and removes what is no
/// longer there.
fn copy_sources(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(from);
    let listed = git.output().context("git lists the files")?;
    ensure!(listed.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr));
    let mut copied = BTreeSet::new();
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
        // A file that was deleted and not committed yet is still listed.
        let Ok(content) = fs::read(from.join(name)) else { continue };
        let target = to.join(name);
        if fs::read(&target).is_ok_and(|before| before == content) {
            copied.insert(target);
            continue;
        }
        fs::create_dir_all(target.parent().context("a file has a folder")?)?;
        fs::write(&target, content)?;
        copied.insert(target);
    }
    remove_others(to, &copied)
}

/// Removes what an earlier measurement copied and what has gone since then. What was built stays.
fn remove_others(folder: &Path, copied: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.ends_with("target") || path.ends_with(".workbook") || copied.contains(&path) {
            continue;
        }
        if path.is_dir() {
            remove_others(&path, copied)?;
        } else {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
