//! One line about what goes on, for a person who waits at a terminal. It goes when there is something to read.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    judge::{cargo::BuildStep, run::Event},
    screen::style::{Ink, Style},
    text,
};

/// A check that takes less than this needs no words.
const PATIENCE: Duration = Duration::from_millis(700);

/// The line, on stderr, so that it mixes with nothing that is read by a program.
#[derive(Debug)]
pub struct Status {
    style: Style,
    is_on: bool,
    since: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    crates: usize,
    is_shown: bool,
}

impl Status {
    /// `plain` draws over nothing.
    pub fn new(style: Style, plain: bool) -> Self {
        let is_on = !plain && io::stderr().is_terminal();
        Self { style, is_on, since: Instant::now(), state: Mutex::default() }
    }

    pub fn event(&self, event: &Event) {
        let crates = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.crates += usize::from(matches!(event, Event::Building(BuildStep::Compiling(_))));
            state.crates
        };
        if self.since.elapsed() < PATIENCE {
            return;
        }
        match event {
            Event::Building(BuildStep::Waiting) => self.show("waiting for another cargo (your editor's?)"),
            Event::Building(BuildStep::Compiling(name)) => self.show(&format!("compiling {name}, crate {crates}")),
            Event::Running(_) | Event::Checked(..) => self.show("checking"),
        }
    }

    pub fn show(&self, words: &str) {
        if !self.is_on {
            return;
        }
        let words = text::cut(words, self.style.width.saturating_sub(1), self.style.ellipsis());
        self.state.lock().unwrap_or_else(PoisonError::into_inner).is_shown = true;
        let _ = write!(io::stderr(), "\r\u{1b}[K{}", self.style.paint(Ink::Note, &words));
    }

    /// Takes the line away.
    pub fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut state.is_shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}
