//! All attempts at a lesson's exercises in one test program: the starters, the solutions, the traps, other right answers.
//!
//! `cargo workbook verify` writes the list that is included here, and runs every attempt in a process of its own.

// A file of `check --attempt` is compiled as the root of this crate, where its types are public. The learner's own package does not
// ask for `Debug`.
#![allow(missing_debug_implementations)]

include!(env!("WORKBOOK_ATTEMPTS", "`cargo workbook verify` compiles this, and says which file to include"));
