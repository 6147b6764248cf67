//! The runner behind `cargo workbook`.
//!
//! A learner edits one file; the runner compiles it with one cargo invocation, runs each check in a process of its own,
//! and says what happened. It knows exercises as files and cargo packages, and never links the code it judges.
//!
//! In reading order:
//!
//! - [`workspace`] finds the root; [`register`] reads which exercises there are from the manifests of `exercises/`;
//!   [`header`], [`checks`] and [`hints`] read an exercise's files; [`select`] turns what was typed into an exercise.
//! - [`process`] runs a program that can be killed with all its children; [`cargo`] builds, and [`fresh`] makes sure that
//!   it sees every change; [`diagnostics`] is what the compiler says; [`run`] runs the checks and gathers a [`report`].
//! - [`progress`] remembers, on a disk that may be read-only or full; [`kept_runs`] keeps the last run; [`files`] writes
//!   without losing anything.
//! - [`style`] and [`text`] are colour and width; [`render`] draws a report for people, [`json`] for programs.
//! - [`args`] is the command line; [`commands`] are the commands, one file each; [`watch`] is the one without a name, in a
//!   [`terminal`].
//! - [`attempt`] compiles many versions of an exercise at once; [`verify`] proves the exercises with it.
//!
//! What it leaves out: async code. One loop, a few threads that read pipes, and processes are enough here.

pub mod args;
pub mod attempt;
pub mod cargo;
pub mod checks;
pub mod commands;
pub mod diagnostics;
pub mod files;
pub mod fresh;
pub mod header;
pub mod hints;
pub mod items;
pub mod json;
pub mod kept_runs;
pub mod overlay;
pub mod process;
pub mod progress;
pub mod register;
pub mod render;
pub mod report;
pub mod run;
pub mod scratch;
pub mod select;
pub mod signals;
pub mod style;
pub mod terminal;
pub mod text;
pub mod verify;
pub mod watch;
pub mod workspace;

use std::process::ExitCode;

/// The exit codes, the same for every command.
pub mod exit {
    /// Done; for `check`: every check passed.
    pub const PASSED: u8 = 0;
    /// Not yet: a check failed, or `verify` and `doctor` found a problem.
    pub const NOT_YET: u8 = 1;
    /// The command line was wrong. Nothing was done.
    pub const USAGE: u8 = 2;
    /// The command could not be carried out: no cargo, no linker, a manifest that cannot be read, a full disk.
    pub const CANNOT: u8 = 3;
    /// Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    ExitCode::from(commands::main(std::env::args_os().skip(1)))
}
