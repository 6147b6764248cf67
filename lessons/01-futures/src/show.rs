//! Prints runs and draws them.

use std::{fmt, fs, path::PathBuf};

use timeline::{Recorder, TextStyle, Timeline, svg_beside, text_beside};
use tokio::time::Instant;

/// A recorder on tokio's clock, whose time zero is now.
pub fn recorder() -> Recorder {
    let start = Instant::now();
    Recorder::new(move || start.elapsed())
}

/// Prints a run. With `--svg FILE` on the command line, writes its picture too.
pub fn show(run: &Timeline) {
    print_and_draw(run.text(&STYLE), || run.svg());
}

/// Prints two runs on one time scale. With `--svg FILE` on the command line, writes their picture too.
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
