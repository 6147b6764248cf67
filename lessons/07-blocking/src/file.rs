//! A file blocks, too: epoll and kqueue, by which an event loop waits for sockets, do not tell when a read of a plain file would
//! not wait.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread::{self, ThreadId},
};

use tokio::task::spawn_blocking;

/// A text, and the thread that has waited for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    pub on: ThreadId,
}

fn read(path: &Path) -> io::Result<Text> {
    Ok(Text { text: fs::read_to_string(path)?, on: thread::current().id() })
}

// ANCHOR: wrong
/// Wrong: most of the time it is fast, for the file is in memory. On a network drive it is not.
///
/// # Errors
/// Those of the file.
pub async fn transcript_blocking(path: &Path) -> io::Result<Text> {
    read(path)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: all of it in one visit to the pool.
///
/// # Errors
/// Those of the file.
pub async fn transcript(path: PathBuf) -> io::Result<Text> {
    spawn_blocking(move || read(&path)).await.map_err(io::Error::other)?
}
// ANCHOR_END: right
