//! Measures a run on virtual time, and draws it.

use std::{fmt, fs, path::PathBuf, time::Duration};

use mock_llm::MockLlm;
use timeline::{TextStyle, Timeline, svg_beside, text_beside};
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
    /// The calls of the run as they stand now, and a line where the work ended. Ask later,
    /// and it shows what went on after that.
    pub fn timeline(&self, title: &str) -> Timeline {
        Timeline { end: Some(self.took), ..self.llm.journal().timeline(title) }
    }
}

/// Prints a run. With `--svg FILE` on the command line, writes its picture too.
pub fn show(run: &Timeline) {
    print_and_draw(run.text(&STYLE), || run.svg());
}

/// Prints two runs on one time scale. With `--svg FILE` on the command line, writes their
/// picture too.
pub fn show_beside(first: &Timeline, second: &Timeline) {
    print_and_draw(text_beside(first, second, &STYLE), || svg_beside(first, second));
}

/// Narrow enough for a page of the book.
const STYLE: TextStyle = TextStyle { width: 72, ascii: false };

fn print_and_draw(text: impl fmt::Display, picture: impl Fn() -> String) {
    println!("\n{text}");
    let mut arguments = std::env::args().skip_while(|argument| argument != "--svg");
    if let (Some(_), Some(file)) = (arguments.next(), arguments.next().map(PathBuf::from)) {
        fs::write(&file, picture())
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
    }
}
