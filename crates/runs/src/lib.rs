//! What the lessons share: a run of their code is measured on virtual time, printed, and drawn.
//!
//! - [`measure`] runs something with an empty journal and a clock that starts at zero; a [`Run`] is what came out of it.
//! - [`recorder`] is for code that calls no model: it records futures on tokio's clock.
//! - [`show`] and [`show_beside`] print timelines, and with `--svg FILE` on the command line they write the picture of the
//!   book too. [`draw`] does the latter for a picture of another kind, and [`show_grid`] for runs with a parameter to move.
//! - [`code`] says which code stands beside the picture, with the lines that ran at each step.
//!
//! What it leaves out: how a timeline looks. That is the crate `timeline`.

use std::{env, fmt, fs, path::PathBuf, sync::OnceLock, time::Duration};

use mock_llm::MockLlm;
use timeline::{Code, Grid, Recorder, TextStyle, Timeline, code_as_markdown, svg_beside, text_beside};
use tokio::time::Instant;

/// What came out of a run, and how long it took.
#[derive(Debug)]
pub struct Run<T> {
    pub value: T,
    pub took: Duration,
    llm: MockLlm,
}

/// Runs `work`, with the journal of `llm` empty at its start.
pub async fn measure<T>(llm: &MockLlm, work: impl Future<Output = T>) -> Run<T> {
    llm.restart();
    if !parts().is_empty() {
        llm.note_lines();
    }
    let start = Instant::now();
    let value = work.await;
    Run { value, took: start.elapsed(), llm: llm.clone() }
}

impl<T> Run<T> {
    /// The calls of the run as they stand now, and a line where the work ended. Ask later, and it shows what went on after
    /// that.
    pub fn timeline(&self, title: &str) -> Timeline {
        Timeline { end: Some(self.took), ..self.llm.journal().timeline(title) }
    }
}

/// A recorder on tokio's clock, whose time zero is now.
pub fn recorder() -> Recorder {
    let start = Instant::now();
    let clock = move || start.elapsed();
    if parts().is_empty() { Recorder::new(clock) } else { Recorder::with_lines(clock) }
}

/// Says which code stands beside the picture of this program: parts of files, named as the book includes them, from the top of
/// the workspace. The lines that ran are recorded from now on, where a picture is drawn at all.
///
/// ```
/// runs::code(&["lessons/03-join/src/serial.rs:in_turn", "lessons/03-join/src/joined.rs:join"]);
/// ```
///
/// # Panics
/// The second time.
pub fn code(parts: &'static [&'static str]) {
    let is_first = PARTS.set(if picture_file().is_some() { parts } else { &[] }).is_ok();
    assert!(is_first, "a program has one picture, and one set of parts");
}

static PARTS: OnceLock<&'static [&'static str]> = OnceLock::new();

/// Whether lines are recorded: [`code`] was called, and a picture is drawn.
pub fn records_lines() -> bool {
    !parts().is_empty()
}

fn parts() -> &'static [&'static str] {
    PARTS.get().copied().unwrap_or_default()
}

/// Prints a run. With `--svg FILE` on the command line, writes its picture too.
///
/// # Panics
/// Where the file cannot be written, and where nothing of a part of the [`code`] ran.
pub fn show(run: &Timeline) {
    print(run.text(&STYLE));
    let Some(file) = picture_file() else { return };
    let run = run.clone().with_parts(parts());
    write(&file, &run.svg());
    write_code(&[&run], &code_as_markdown(&[&run]));
}

/// Prints two runs on one time scale. With `--svg FILE` on the command line, writes their picture too.
///
/// # Panics
/// Where the file cannot be written, and where nothing of a part of the [`code`] ran.
pub fn show_beside(first: &Timeline, second: &Timeline) {
    print(text_beside(first, second, &STYLE));
    let Some(file) = picture_file() else { return };
    let [first, second] = [first, second].map(|run| run.clone().with_parts(parts()));
    write(&file, &svg_beside(&first, &second));
    write_code(&[&first, &second], &code_as_markdown(&[&first, &second]));
}

/// Writes a grid of runs beside the picture of its first run, where `--svg FILE` on the command line says so: `FILE` with the
/// ending `html`.
///
/// `parameters` are their names, and each run has a value for each of them, and one timeline or two.
///
/// # Panics
/// As [`Grid`] does; where a file cannot be written, and where nothing of a part of the [`code`] ran.
pub fn show_grid(parameters: &[&str], runs: &[(Vec<String>, Vec<Timeline>)]) {
    let Some(file) = picture_file() else { return };
    let grid = runs.iter().fold(Grid::new(parameters), |grid, (values, timelines)| {
        let timelines: Vec<Timeline> = timelines.iter().map(|run| run.clone().with_parts(parts())).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        grid.run(&values, &timelines.iter().collect::<Vec<_>>())
    });
    write(&file, &grid.svg());
    write(&file.with_extension("html"), &grid.html());
    write_code(&grid.timelines(), &grid.code_as_markdown());
}

/// Writes a picture where `--svg FILE` on the command line says so.
///
/// # Panics
/// Where the file cannot be written.
pub fn draw(picture: impl FnOnce() -> String) {
    if let Some(file) = picture_file() {
        write(&file, &picture());
    }
}

/// Writes the code of these runs beside the picture, where `--svg FILE` says so: `FILE` with the ending `code.md`. [`show`] does
/// it for its own; this is for pictures of another kind.
///
/// # Panics
/// Where the file cannot be written, and where nothing of a part of the [`code`] ran.
pub fn write_code(runs: &[&Timeline], markdown: &str) {
    let Some(file) = picture_file().filter(|_| !markdown.is_empty() || records_lines()) else { return };
    let mut shown: Vec<&Code> = Vec::new();
    for code in runs.iter().flat_map(|run| &run.code) {
        if !shown.contains(&code) {
            shown.push(code);
        }
    }
    let places: Vec<String> = shown.iter().map(|code| code.place()).collect();
    assert!(
        shown.len() == parts().len(),
        "of the parts {:?} only these ran: {places:?}; or the program has no line tables",
        parts()
    );
    write(&file.with_extension("code.md"), markdown);
}

fn write(file: &PathBuf, text: &str) {
    fs::write(file, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
}

fn picture_file() -> Option<PathBuf> {
    env::args_os().skip_while(|argument| argument != "--svg").nth(1).map(PathBuf::from)
}

/// Seconds, in whole milliseconds: the paused clock counts in these.
pub fn secs(seconds: f64) -> Duration {
    Duration::from_millis((seconds * 1000.0).round() as u64)
}

/// Narrow enough for a page of the book.
const STYLE: TextStyle = TextStyle { width: 72, ascii: false };

fn print(text: impl fmt::Display) {
    println!("\n{text}");
}
