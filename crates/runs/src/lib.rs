//! What the lessons share: a run of their code is measured on virtual time, printed, and drawn.
//!
//! - [`measure`] runs something with an empty journal and a clock that starts at zero; a [`Run`] is what came out of it.
//! - [`recorder`] is for code that calls no model: it records futures on tokio's clock.
//! - [`show`] and [`show_beside`] print timelines, and with `--svg FILE` on the command line they write the picture of the
//!   book too. [`draw`] does the latter for a picture of another kind.
//!
//! What it leaves out: how a timeline looks. That is the crate `timeline`.

use std::{env, fmt, fs, path::PathBuf, time::Duration};

use mock_llm::MockLlm;
use timeline::{Recorder, TextStyle, Timeline, svg_beside, text_beside};
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
    Recorder::new(move || start.elapsed())
}

/// Prints a run. With `--svg FILE` on the command line, writes its picture too.
///
/// # Panics
/// Where the file cannot be written.
pub fn show(run: &Timeline) {
    print(run.text(&STYLE));
    draw(|| run.svg());
}

/// Prints two runs on one time scale. With `--svg FILE` on the command line, writes their picture too.
///
/// # Panics
/// Where the file cannot be written.
pub fn show_beside(first: &Timeline, second: &Timeline) {
    print(text_beside(first, second, &STYLE));
    draw(|| svg_beside(first, second));
}

/// Writes a picture where `--svg FILE` on the command line says so.
///
/// # Panics
/// Where the file cannot be written.
pub fn draw(picture: impl FnOnce() -> String) {
    let mut arguments = env::args_os().skip_while(|argument| argument != "--svg").skip(1);
    if let Some(file) = arguments.next().map(PathBuf::from) {
        fs::write(&file, picture()).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
    }
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
