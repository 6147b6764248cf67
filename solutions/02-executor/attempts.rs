//! All attempts at this lesson's exercises in one test binary: the starters, the solutions, the traps.
//!
//! `cargo workbook verify` writes the list that is included here, and runs every attempt in a process of its own.

include!(concat!(env!("CARGO_TARGET_TMPDIR"), "/attempts-02-executor.rs"));
