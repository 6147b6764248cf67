//! The console of Windows, by crossterm.

use std::io;

use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal::{disable_raw_mode, enable_raw_mode},
};

use super::Key;

pub fn size() -> Option<(usize, usize)> {
    let (columns, rows) = crossterm::terminal::size().ok()?;
    Some((columns.into(), rows.into()))
}

pub fn enter_raw() -> io::Result<()> {
    // Turns escape sequences on. A console too old for them shows them as text.
    #[cfg(windows)]
    crossterm::ansi_support::supports_ansi();
    enable_raw_mode()
}

pub fn leave_raw() {
    // A console that is gone needs no restoring.
    let _ = disable_raw_mode();
}

/// Returns when there is nothing left to read, and never will be.
pub fn read_keys(on_key: &mut dyn FnMut(Key)) {
    while let Ok(event) = event::read() {
        if let Event::Key(key) = event
            && key.kind != KeyEventKind::Release
        {
            key_of(key).into_iter().for_each(&mut *on_key);
        }
    }
}

fn key_of(key: KeyEvent) -> Option<Key> {
    match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Control(c.to_ascii_lowercase())),
        KeyCode::Char(c) => Some(Key::Char(c)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Home => Some(Key::Home),
        _ => None,
    }
}
