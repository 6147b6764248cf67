//! What the harness and the runner tell each other.
//!
//! The runner starts every check in a process of its own, with the [`variables`] set. The harness, which runs in that
//! process, appends one [`Line`] of JSON after the other to the file that [`variables::REPORT`] names. The runner reads the
//! file when the process is gone.
//!
//! A check has passed if its process ended well, and its report says that
//!
//! - the learner's code ran ([`Record::Run`], at least once),
//! - the function of the check came to its end ([`Record::Finished`]), in the checks file of the exercise,
//! - nothing failed (no [`Record::Verdict`]) and nothing was left open (no [`Record::NotJudged`]),
//! - and all of it is about the code that was built: every line bears the digest that the runner gave to the build.
//!
//! ```
//! use verdict::{Line, Outcome, Record};
//!
//! let line = Line {
//!     check: "is_fast".into(),
//!     attempt: Some("5f2a".into()),
//!     record: Record::NotJudged { why: "The calls do not overlap.".into() },
//! };
//! let json = serde_json::to_string(&line)?;
//! assert_eq!(json, r#"{"check":"is_fast","attempt":"5f2a","record":"not judged","why":"The calls do not overlap."}"#);
//! assert_eq!(serde_json::from_str::<Line>(&json)?, line);
//!
//! assert_eq!(Outcome::LostWakeUp.to_string(), "lost wake-up");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! In reading order: [`Outcome`], the names of the verdicts; [`Line`] and [`Record`], what is reported; [`variables`] and
//! [`CANNOT_REPORT`], how the two processes are connected. What it leaves out: words and drawings, which are made where the
//! run is known.

#![warn(missing_docs)]

mod outcome;
mod record;
pub mod variables;

pub use outcome::Outcome;
pub use record::{Line, Part, Record};

/// The exit code of a check whose report cannot be written: the disk is full, say. What it says about the learner's code is
/// lost, so the runner tells of the disk. (74 is `EX_IOERR` of `sysexits.h`.)
pub const CANNOT_REPORT: i32 = 74;
