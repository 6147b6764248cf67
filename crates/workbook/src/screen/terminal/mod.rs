//! The terminal: its size, its keys, and raw mode, which ends whatever happens.
//!
//! On Unix this is a few calls of its own and not a library: the event loop of the usual one never ends once the terminal
//! is closed, and a runner that nobody sees would keep a processor busy for ever.

mod keys;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::{
    io::{self, IsTerminal as _, Write as _},
    panic,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

pub use keys::Key;

/// Columns and rows.
pub fn size() -> Option<(usize, usize)> {
    system::size().filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// Whether keys can be read and a screen can be drawn.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Reads keys on a thread of its own, until the terminal is closed: then it hands over [`Key::Gone`] and ends.
pub fn read_keys(mut on_key: impl FnMut(Key) + Send + 'static) {
    thread::spawn(move || {
        system::read_keys(&mut on_key);
        on_key(Key::Gone);
    });
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
        system::enter_raw()?;
        IS_RAW.store(true, Ordering::SeqCst);
        let owner = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == owner {
                restore();
            }
            // On a screen that is drawn, the words of another thread would stand anywhere. Who started it tells them.
            if !IS_RAW.load(Ordering::SeqCst) {
                before(info);
            }
        }));
        if hide_cursor {
            write!(io::stdout(), "\u{1b}[?25l")?;
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
        system::leave_raw();
    }
}
