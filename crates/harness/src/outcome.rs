//! The verdicts, by the names that the runner, its JSON and the book use.

use std::fmt;

use serde::Serialize;

/// How an exercise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// The `todo!` was reached.
    #[serde(rename = "not started")]
    NotStarted,
    /// It ended, with something else than was expected; or it panicked.
    #[serde(rename = "wrong")]
    Wrong,
    /// Everything waits, and nothing is left that could wake anything.
    #[serde(rename = "deadlock")]
    Deadlock,
    /// Something could go on, and nobody was told.
    #[serde(rename = "lost wake-up")]
    LostWakeUp,
    /// A poll holds the thread and waits.
    #[serde(rename = "blocked")]
    Blocked,
    /// A poll holds the thread and works, or futures wake themselves without end.
    #[serde(rename = "busy loop")]
    BusyLoop,
    /// It took more virtual time than it should.
    #[serde(rename = "too slow")]
    TooSlow,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Outcome::NotStarted => "not started",
            Outcome::Wrong => "wrong",
            Outcome::Deadlock => "deadlock",
            Outcome::LostWakeUp => "lost wake-up",
            Outcome::Blocked => "blocked",
            Outcome::BusyLoop => "busy loop",
            Outcome::TooSlow => "too slow",
        })
    }
}
