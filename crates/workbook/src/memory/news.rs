//! Which exercises were there at the last start: `.workbook/exercises.txt`, so that the first start after an update, by
//! `cargo workbook update` or by git, says what is new, once.

use std::{collections::BTreeSet, fs, io};

use super::progress::count;
use crate::{
    catalogue::{register::Register, workspace::Workspace},
    files,
};

/// How many names a line gives. The rest is a number: a new lesson has ten exercises.
const NAMED: usize = 3;

const NAME: &str = "exercises.txt";

const HEAD: &str = "# The exercises that were there at the last start. The runner writes this file.\n";

/// What is new since the last start, in words; from now on it is known. The first start knows nothing to compare with.
///
/// Where the file cannot be written, nothing is said: it would be said at every start.
pub fn since_the_last_start(workspace: &Workspace, register: &Register) -> Option<String> {
    let known = fs::read_to_string(workspace.state_dir().join(NAME)).ok();
    remember(workspace, register).ok()?;
    let known = known?;
    let known: BTreeSet<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    let new: Vec<String> =
        register.exercises().map(|exercise| exercise.id()).filter(|id| !known.contains(id.as_str())).collect();
    let named = new.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match new.len() {
        0 => None,
        some if some <= NAMED => Some(format!("New since your last start: {named}.")),
        some => Some(format!(
            "New since your last start: {}: {named} and {} more. See: cargo workbook list",
            count(some, "exercise"),
            some - NAMED
        )),
    }
}

/// These exercises are no news any more.
pub fn remember(workspace: &Workspace, register: &Register) -> io::Result<()> {
    let mut text = HEAD.to_owned();
    for exercise in register.exercises() {
        text.push_str(&exercise.id());
        text.push('\n');
    }
    let path = workspace.state_dir().join(NAME);
    // At most starts there is nothing to write.
    if fs::read_to_string(&path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    fs::create_dir_all(workspace.state_dir())?;
    files::replace(&path, text.as_bytes())
}
