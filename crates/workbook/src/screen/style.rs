//! Colour, characters and width: what this terminal can show.

use std::{
    env,
    io::{self, IsTerminal as _},
};

use crate::screen::terminal;

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Nothing but ASCII.
    pub ascii: bool,
    /// In columns.
    pub width: usize,
}

/// What a mark or a word means. The colour only repeats what the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Good,
    Bad,
    Note,
    Strong,
    Faint,
}

impl Style {
    /// For stdout, whatever it is. `plain` and `NO_COLOR` take colour away; `plain` and a locale without UTF-8 take everything
    /// but ASCII away.
    pub fn detect(plain: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colour: is_terminal && !plain && !no_colour,
            ascii: plain || !speaks_utf8(),
            width: columns(is_terminal),
        }
    }

    /// For a test or a file: no colour, all characters.
    pub fn plain(width: usize) -> Self {
        Self { colour: false, ascii: false, width }
    }

    pub fn paint(&self, ink: Ink, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Good => "32",
            Ink::Bad => "31",
            Ink::Note => "36",
            Ink::Strong => "1",
            Ink::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    pub fn tick(&self) -> String {
        self.paint(Ink::Good, if self.ascii { "+" } else { "✓" })
    }

    pub fn cross(&self) -> String {
        self.paint(Ink::Bad, if self.ascii { "x" } else { "✗" })
    }

    pub fn dash(&self) -> String {
        self.paint(Ink::Faint, if self.ascii { "-" } else { "–" })
    }

    /// Neither a tick nor a cross: there was nothing to judge.
    pub fn circle(&self) -> String {
        self.paint(Ink::Faint, if self.ascii { "o" } else { "○" })
    }

    pub fn arrow(&self) -> &'static str {
        if self.ascii { ">" } else { "›" }
    }

    pub fn dot(&self) -> &'static str {
        if self.ascii { "-" } else { "·" }
    }

    pub fn ellipsis(&self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    /// The line beside what the learner's code printed.
    pub fn gutter(&self) -> String {
        self.paint(Ink::Faint, if self.ascii { "|" } else { "│" })
    }

    /// A line over `width` columns.
    pub fn rule(&self, width: usize) -> String {
        self.paint(Ink::Faint, &(if self.ascii { "-" } else { "─" }).repeat(width))
    }

    /// How much of a lesson is done.
    pub fn bar(&self, done: usize, of: usize) -> String {
        let (full, empty) = if self.ascii { ("#", ".") } else { ("▰", "▱") };
        let empty = self.paint(Ink::Faint, &empty.repeat(of.saturating_sub(done)));
        format!("{}{empty}", self.paint(Ink::Good, &full.repeat(done.min(of))))
    }
}

fn columns(is_terminal: bool) -> usize {
    let asked = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = if is_terminal { terminal::size().map(|(columns, _)| columns) } else { None };
    seen.or(asked).unwrap_or(80).max(20)
}

fn speaks_utf8() -> bool {
    if cfg!(windows) {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    // No locale at all is what containers and CI have; their logs are read as UTF-8.
    let Some(locale) = locale.into_iter().find(|value| !value.is_empty()) else { return true };
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}
