//! # Database
//!
//! Conversations are kept in SQLite. Its calls block: a commit waits for the disk, a query computes. And a `Connection` is for
//! one thread at a time. So a thread of its own owns it, and a `Database` is a handle; clones are handles to the same one.
//!
//! `call` has its work done there: all work on one thread, which is not one of the runtime's, one piece after another. A call hands
//! its work over when it is first polled (into a queue with a limit: as soon as there is room), and work is done in that order. The
//! event loop goes on meanwhile, however many calls wait, and nobody asks again and again whether a result is there. Value or
//! error, the result goes to its caller, and an error ends nothing. A panic of the work becomes a panic of its `call`, with whatever
//! message, and the next work is done all the same, with the same connection. A caller that leaves takes its answer with it, and
//! not its work: what is in the queue is done. When the last handle is gone and the work is done, the thread ends, and the
//! connection is closed.
//!
//! Run: `cargo workbook check 07-blocking/database` · Read: book, chapter 7, A database that blocks · 15 min

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// A handle to the thread that owns the connection.
#[derive(Clone)]
pub struct Database {
    // How does the work get to the thread? Work of different callers has results of different types.
}

impl Database {
    /// Starts the thread. It ends with the last handle.
    pub fn new(connection: Connection) -> Self {
        todo!("start a thread that does the work that comes, with the connection that it owns")
    }

    /// Has this done with the connection, and gives its result.
    ///
    /// # Panics
    /// Where the work does.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        todo!("hand over the work, with a way back for its result, and wait for that")
    }
}

#[path = "checks/database.rs"]
mod checks;
