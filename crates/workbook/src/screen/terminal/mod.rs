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
    env,
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

/// Whether it understands no escape sequences: Emacs' shell, for example.
pub fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
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
    hide_cursor: bool,
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
        let raw = Self { hide_cursor };
        raw.ask()?;
        Ok(raw)
    }

    /// Asks the terminal to mark what is pasted, and to hide its cursor.
    fn ask(&self) -> io::Result<()> {
        if is_dumb() {
            return Ok(());
        }
        let cursor = if self.hide_cursor { "\u{1b}[?25l" } else { "" };
        write!(io::stdout(), "\u{1b}[?2004h{cursor}")?;
        io::stdout().flush()
    }

    /// Gives the terminal to the shell, as Ctrl-Z does elsewhere. Returns when the runner may go on, and has it back.
    pub fn stop(&self) -> io::Result<()> {
        restore();
        system::stop();
        self.resume()
    }

    /// After the process was stopped and goes on: the shell has changed the terminal meanwhile.
    pub fn resume(&self) -> io::Result<()> {
        system::enter_raw()?;
        IS_RAW.store(true, Ordering::SeqCst);
        self.ask()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    if IS_RAW.swap(false, Ordering::SeqCst) {
        if !is_dumb() {
            // Nobody is left to tell about an error: the terminal is gone.
            let _ = write!(io::stdout(), "\u{1b}[?2004l\u{1b}[?25h");
            let _ = io::stdout().flush();
        }
        system::leave_raw();
    }
}
