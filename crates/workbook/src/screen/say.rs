//! What goes to stdout, and warnings beside it.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// Prints a line on stdout. Who closes the pipe has read enough: then the rest is for nobody, and no reason to panic.
macro_rules! say {
    ($($words:tt)*) => { $crate::screen::say::line(format_args!($($words)*)) };
}

pub(crate) use say;

/// As the macro.
pub fn line(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A warning that must not mix with what a program reads from stdout.
pub fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {text}");
}
