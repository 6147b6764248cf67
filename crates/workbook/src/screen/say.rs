//! What goes to stdout, and warnings beside it.

use std::{
    fmt::Display,
    io::{self, Write as _},
    sync::OnceLock,
};

/// Prints a line on stdout. Who closes the pipe has read enough: then the rest is for nobody, and no reason to panic.
macro_rules! say {
    ($($words:tt)*) => { $crate::screen::say::line(format_args!($($words)*)) };
}

pub(crate) use say;

/// As the macro.
pub fn line(line: impl Display) {
    let mut out = io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush())
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.get_or_init(|| error);
    }
}

static LOST: OnceLock<io::Error> = OnceLock::new();

/// Why something that was said did not arrive: a full disk, say. A pipe that was closed is no reason.
pub fn lost() -> Option<&'static io::Error> {
    LOST.get()
}

/// A warning that must not mix with what a program reads from stdout.
pub fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {text}");
}
