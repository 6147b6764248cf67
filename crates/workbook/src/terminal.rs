//! The terminal in raw mode, and back, whatever happens.

use std::{
    io::{self, IsTerminal as _, Write as _},
    panic,
    sync::atomic::{AtomicBool, Ordering},
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// Columns and rows.
pub fn size() -> Option<(usize, usize)> {
    let (columns, rows) = crossterm::terminal::size().ok()?;
    (columns > 0 && rows > 0).then_some((columns.into(), rows.into()))
}

/// Whether keys can be read and a screen can be drawn.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Raw mode, as long as it lives: each key comes at once, and nothing that is typed is printed.
#[derive(Debug)]
pub struct Raw {
    _private: (),
}

static IS_RAW: AtomicBool = AtomicBool::new(false);

impl Raw {
    /// Enters raw mode. Dropping the guard leaves it, and so does a panic before its message is printed.
    pub fn enter(hide_cursor: bool) -> io::Result<Self> {
        // On Windows this turns escape sequences on.
        #[cfg(windows)]
        crossterm::ansi_support::supports_ansi();
        enable_raw_mode()?;
        IS_RAW.store(true, Ordering::SeqCst);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
        if hide_cursor {
            print!("\u{1b}[?25l");
            io::stdout().flush()?;
        }
        Ok(Self { _private: () })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    if IS_RAW.swap(false, Ordering::SeqCst) {
        // Nobody is left to tell about an error: the terminal is gone.
        let _ = write!(io::stdout(), "\u{1b}[?25h");
        let _ = io::stdout().flush();
        let _ = disable_raw_mode();
    }
}
