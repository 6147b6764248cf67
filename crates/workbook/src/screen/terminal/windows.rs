//! The console of Windows, by crossterm.

use std::{io, time::Duration};

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

/// A console of Windows knows no jobs.
pub fn stop() {}

/// So many letters at once are pasted: a console does not mark what is, and nobody types so fast.
const PASTED: usize = 4;
/// What follows within this time came at once. Shorter than a key that is held takes to come again.
const AT_ONCE: Duration = Duration::from_millis(1);
/// What is pasted goes on until nothing has come for so long.
const PAUSE: Duration = Duration::from_millis(20);

/// Returns when there is nothing left to read, and never will be. Text that is pasted is no key.
pub fn read_keys(on_key: &mut dyn FnMut(Key)) {
    while let Ok(first) = event::read() {
        let mut keys: Vec<Key> = pressed(first).into_iter().collect();
        let mut wait = AT_ONCE;
        while event::poll(wait).unwrap_or(false)
            && let Ok(next) = event::read()
        {
            keys.extend(pressed(next));
            if are_pasted(&keys) {
                wait = PAUSE;
            }
        }
        if !are_pasted(&keys) {
            keys.into_iter().for_each(&mut *on_key);
        }
    }
}

fn are_pasted(keys: &[Key]) -> bool {
    keys.iter().filter(|key| matches!(key, Key::Char(_))).count() >= PASTED
}

fn pressed(event: Event) -> Option<Key> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key),
        _ => None,
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
