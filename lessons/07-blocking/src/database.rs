//! A database whose every call blocks: SQLite by rusqlite. Wrong, offloaded, and behind a thread of its own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, ThreadId},
};

use rusqlite::Connection;
use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
};

/// How many turns are stored now, and which thread has waited for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub turns: i64,
    pub on: ThreadId,
}

/// An empty database in memory.
///
/// # Errors
/// Those of SQLite.
pub fn open() -> rusqlite::Result<Connection> {
    let database = Connection::open_in_memory()?;
    database.execute_batch("CREATE TABLE turn (text TEXT NOT NULL)")?;
    Ok(database)
}

// ANCHOR: commit
/// Writes and commits. It waits for the lock of the file and for the disk, and the thread with it.
///
/// # Errors
/// Those of SQLite.
pub fn commit(database: &mut Connection, text: &str) -> rusqlite::Result<Stored> {
    let transaction = database.transaction()?;
    transaction.execute("INSERT INTO turn (text) VALUES (?1)", [text])?;
    let turns = transaction.query_row("SELECT count(*) FROM turn", [], |row| row.get(0))?;
    transaction.commit()?;
    Ok(Stored { turns, on: thread::current().id() })
}
// ANCHOR_END: commit

// ANCHOR: wrong
/// Wrong: the commit is on the thread of the event loop.
///
/// # Errors
/// Those of SQLite.
pub async fn store_blocking(
    database: &mut Connection,
    text: &str,
) -> rusqlite::Result<Stored> {
    commit(database, text)
}
// ANCHOR_END: wrong

// ANCHOR: offloaded
/// Right: each commit goes to the blocking pool. The lock is taken there, too: to wait for it is to block.
///
/// # Errors
/// Those of SQLite.
pub async fn store_offloaded(
    database: &Arc<Mutex<Connection>>,
    text: String,
) -> rusqlite::Result<Stored> {
    let database = Arc::clone(database);
    let stored = spawn_blocking(move || {
        commit(&mut database.lock().unwrap_or_else(PoisonError::into_inner), &text)
    });
    stored.await.expect("a commit does not panic")
}
// ANCHOR_END: offloaded

// ANCHOR: actor
/// Right, and the better one for SQLite: the connection lives on one thread, and never leaves it. Clones are the same database.
#[derive(Debug, Clone)]
pub struct Database {
    jobs: mpsc::Sender<Job>,
}

type Job = (String, oneshot::Sender<rusqlite::Result<Stored>>);

impl Database {
    /// The thread ends when the last clone is dropped and all that was asked is done.
    pub fn start(mut database: Connection) -> Self {
        let (jobs, mut asked) = mpsc::channel::<Job>(64);
        thread::spawn(move || {
            while let Some((text, reply)) = asked.blocking_recv() {
                // Whoever asked may have left. What was asked is stored all the same.
                let _ = reply.send(commit(&mut database, &text));
            }
        });
        Self { jobs }
    }

    /// Gives `None` where the thread is gone. Dropped while it waits for room, nothing is stored; dropped after that, the text
    /// is stored all the same.
    pub async fn store(&self, text: String) -> Option<rusqlite::Result<Stored>> {
        let (reply, stored) = oneshot::channel();
        self.jobs.send((text, reply)).await.ok()?;
        stored.await.ok()
    }
}
// ANCHOR_END: actor
