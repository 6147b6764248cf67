//! All attempts at a lesson's exercises in one test program: the starters, the solutions, the traps, other right answers.
//!
//! `cargo workbook verify` writes the list that is included here, and runs every attempt in a process of its own.

include!(concat!(env!("CARGO_TARGET_TMPDIR"), "/", env!("CARGO_PKG_NAME"), "-attempts.rs"));
