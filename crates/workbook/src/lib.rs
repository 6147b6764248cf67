//! The runner behind `cargo workbook`.
//!
//! A learner edits one file; the runner compiles it with one cargo invocation, runs each check in a process of its own,
//! and says what happened. It knows exercises as files and cargo packages, and never links the code it judges.
//!
//! In reading order:
//!
//! - [`catalogue`] reads which exercises there are; [`judge`] compiles and runs them; [`memory`] remembers; [`screen`] prints.
//!   Each knows only those before it, and [`text`] and [`files`].
//! - [`live`] is a small server: the book, and a page beside it that follows. It knows nothing of exercises.
//! - [`context`] is what all commands work with, and [`actions`] are what a command and a key both do.
//! - [`commands`] are the commands, one file each; [`watch`] is the one without a name.
//! - [`verify`] is for authors: it proves the exercises, and makes the files of new ones.
//! - [`update`] brings a newer workbook, by the git of the machine.
//!
//! What it leaves out: async code. One loop, a few threads that read pipes or serve a browser, and processes are enough here.

pub mod text;
pub mod files;
pub mod catalogue;
pub mod judge;
pub mod memory;
pub mod verify;
pub mod update;
pub mod screen;
pub mod live;
pub mod context;
pub mod actions;
pub mod commands;
pub mod watch;

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
