//! One line about what goes on, for a person who waits at a terminal. It goes when there is something to read.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Mutex, MutexGuard, PoisonError},
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
    /// Came too early to be shown.
    waiting: Option<String>,
    is_shown: bool,
}

impl Status {
    /// `plain` draws over nothing.
    pub fn new(style: Style, plain: bool) -> Self {
        let is_on = !plain && io::stderr().is_terminal();
        Self { style, is_on, since: Instant::now(), state: Mutex::default() }
    }

    pub fn event(&self, event: &Event) {
        let mut state = self.state();
        state.crates += usize::from(matches!(event, Event::Building(BuildStep::Compiling(_))));
        state.waiting = Some(match event {
            Event::Building(BuildStep::Waiting) => "waiting for another cargo (your editor's?)".to_owned(),
            Event::Building(BuildStep::Compiling(name)) => format!("compiling {name}, crate {}", state.crates),
            Event::Running(_) | Event::Checked(..) => "checking".to_owned(),
        });
        self.show_in_time(&mut state);
    }

    /// Shows what came too early, once it is time. Called again and again: while cargo waits or compiles for long, no event
    /// comes.
    pub fn tick(&self) {
        self.show_in_time(&mut self.state());
    }

    fn show_in_time(&self, state: &mut State) {
        if self.since.elapsed() >= PATIENCE
            && let Some(words) = state.waiting.take()
        {
            self.show_now(state, &words);
        }
    }

    pub fn show(&self, words: &str) {
        self.show_now(&mut self.state(), words);
    }

    fn show_now(&self, state: &mut State, words: &str) {
        if !self.is_on {
            return;
        }
        let words = text::cut(words, self.style.width.saturating_sub(1), self.style.ellipsis());
        state.is_shown = true;
        let _ = write!(io::stderr(), "\r\u{1b}[K{}", self.style.paint(Ink::Note, &words));
    }

    /// Takes the line away.
    pub fn clear(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.is_shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.clear();
    }
}
