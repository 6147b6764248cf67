//! Terminals as POSIX describes them.

use std::{
    io::{self, BufRead as _},
    sync::{Mutex, PoisonError},
};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::{Key, keys};

/// What the terminal was like before.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

pub fn size() -> Option<(usize, usize)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some((size.ws_col.into(), size.ws_row.into()))
}

pub fn enter_raw() -> io::Result<()> {
    let before = tcgetattr(io::stdin())?;
    let mut raw = before.clone();
    raw.make_raw();
    tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    Ok(())
}

pub fn leave_raw() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that is gone needs no restoring.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}

/// Returns when there is nothing left to read, and never will be.
pub fn read_keys(on_key: &mut dyn FnMut(Key)) {
    let mut stdin = io::stdin().lock();
    loop {
        let length = match stdin.fill_buf() {
            Ok([]) => return,
            Ok(bytes) => {
                keys::parse(bytes).into_iter().for_each(&mut *on_key);
                bytes.len()
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(_) => return,
        };
        stdin.consume(length);
    }
}
