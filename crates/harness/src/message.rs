//! What a failed check tells: what was seen, what was expected, why, and the run beside the expected one.

use std::fmt::Write as _;

use timeline::{TextStyle, Timeline};

use verdict::{Outcome, Part};

use crate::pulse::Panic;

/// The words of a failure. Built with [`saw`].
#[derive(Debug, Clone)]
#[must_use]
pub struct Message {
    pub(crate) outcome: Outcome,
    saw: String,
    expected: String,
    because: String,
    look_at: String,
}

/// Begins a message with what the check saw in the learner's run.
///
/// ```
/// let message = harness::saw("the replies in the order in which they came")
///     .expected("the order of the prompts")
///     .because("`join_all` keeps the order of its futures, whichever ends first.")
///     .look_at("book, chapter 3, \"Order\"");
/// ```
pub fn saw(what: impl Into<String>) -> Message {
    Message {
        outcome: Outcome::Wrong,
        saw: what.into(),
        expected: String::new(),
        because: String::new(),
        look_at: String::new(),
    }
}

impl Message {
    /// What should have been seen.
    pub fn expected(mut self, what: impl Into<String>) -> Self {
        self.expected = what.into();
        self
    }

    /// The idea behind it: why the machine does what was seen.
    pub fn because(mut self, idea: impl Into<String>) -> Self {
        self.because = idea.into();
        self
    }

    /// Where to look next: a line, a page of the documentation, a part of the book.
    pub fn look_at(mut self, place: impl Into<String>) -> Self {
        self.look_at = place.into();
        self
    }

    /// The verdict, where it is not [`Outcome::Wrong`].
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Adds to what was seen.
    pub(crate) fn also_saw(mut self, what: &str) -> Self {
        self.saw.push_str(what);
        self
    }

    /// Adds a panic after which the run has gone on: it may well be the reason.
    pub(crate) fn and_a_panic(mut self, panic: &Panic) -> Self {
        let at = panic.learners_place().map(|place| format!(" at {place}")).unwrap_or_default();
        self.saw = format!("{}\nand a panic {}{at}:\n{}", self.saw, panic.on.words(), panic.message);
        if let Some(why) = panic.why() {
            self.because = if self.because.is_empty() { why.to_owned() } else { format!("{why}\n{}", self.because) };
        }
        self
    }

    /// One line for a list.
    pub(crate) fn headline(&self) -> String {
        if self.expected.is_empty() {
            self.saw.clone()
        } else {
            format!("saw {}; expected {}", self.saw, self.expected)
        }
    }

    /// What there is to say, part by part.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let parts =
            [("saw", &self.saw), ("expected", &self.expected), ("why", &self.because), ("look at", &self.look_at)];
        let parts = parts.into_iter().filter(|(_, words)| !words.is_empty());
        parts.map(|(name, words)| Part { name: name.to_owned(), words: words.clone() }).collect()
    }

    /// The whole message at this width, with the drawings.
    pub(crate) fn text(&self, yours: Option<&Timeline>, expected: Option<&Timeline>, style: &TextStyle) -> String {
        let mut text = String::new();
        for part in self.parts() {
            paragraph(&mut text, &part.name, &part.words, style.width);
        }
        let drawing = match (yours, expected) {
            // Nothing was called and nothing was polled: an empty frame says less than no frame.
            (Some(yours), Some(expected)) if yours.lanes.is_empty() => {
                Timeline { title: "expected".to_owned(), ..expected.clone() }.text(style)
            }
            (Some(yours), Some(expected)) => timeline::beside(yours, expected, style),
            (Some(yours), None) if !yours.lanes.is_empty() => yours.text(style),
            _ => return text,
        };
        let _ = write!(text, "\n{}", drawing.trim_end());
        text.push('\n');
        text
    }
}

/// Writes `name`, then the words, broken between words and set in under one another.
fn paragraph(text: &mut String, name: &str, words: &str, width: usize) {
    const MARGIN: usize = 10;
    let room = width.saturating_sub(MARGIN).max(20);
    let mut margin = format!("{name:<MARGIN$}");
    for line in words.lines() {
        let mut column = 0;
        text.push_str(&margin);
        margin = " ".repeat(MARGIN);
        for word in line.split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > room {
                text.push('\n');
                text.push_str(&margin);
                column = 0;
            } else if column > 0 {
                text.push(' ');
                column += 1;
            }
            text.push_str(word);
            column += length;
        }
        text.push('\n');
    }
}
