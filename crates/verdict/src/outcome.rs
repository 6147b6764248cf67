//! The verdicts, by the names that the runner, its JSON and the book use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How an exercise, or one check of it, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// All is well.
    #[serde(rename = "passed")]
    Passed,
    /// The `todo!` was reached.
    #[serde(rename = "not started")]
    NotStarted,
    /// rustc rejects it.
    #[serde(rename = "does not compile")]
    DoesNotCompile,
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
    /// The checks that must run did not.
    #[serde(rename = "tampered")]
    Tampered,
}

impl Outcome {
    /// All of them, the good one first.
    pub const ALL: [Self; 10] = [
        Self::Passed,
        Self::NotStarted,
        Self::DoesNotCompile,
        Self::Wrong,
        Self::Deadlock,
        Self::LostWakeUp,
        Self::Blocked,
        Self::BusyLoop,
        Self::TooSlow,
        Self::Tampered,
    ];

    /// Its name: `lost wake-up`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NotStarted => "not started",
            Self::DoesNotCompile => "does not compile",
            Self::Wrong => "wrong",
            Self::Deadlock => "deadlock",
            Self::LostWakeUp => "lost wake-up",
            Self::Blocked => "blocked",
            Self::BusyLoop => "busy loop",
            Self::TooSlow => "too slow",
            Self::Tampered => "tampered",
        }
    }

    /// Whether the watchdog had to end the process: each further check would take its two seconds, too.
    pub fn takes_real_time(self) -> bool {
        matches!(self, Self::Blocked | Self::BusyLoop)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_name_in_words_and_in_json() {
        for outcome in Outcome::ALL {
            let json = serde_json::to_value(outcome).expect("a name is JSON");
            assert_eq!(json, outcome.name());
            assert_eq!(serde_json::from_value::<Outcome>(json).ok(), Some(outcome));
        }
        assert_eq!(format!("[{:<9}]", Outcome::Wrong), "[wrong    ]");
    }
}
