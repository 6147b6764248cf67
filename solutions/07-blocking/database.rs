//! # Database: a solution
//!
//! An actor: a thread that owns what must not be shared, and a queue of work before it. The thread may block as long as it likes,
//! for nobody else runs on it. The callers wait with `.await`, each for its own `oneshot`.
//!
//! The queue carries closures. Each closes over its own way back, so the queue needs no type for the results: they are as
//! different as the callers.
//!
//! Everything else follows from who owns what. The order is the queue's. A caller that leaves drops the receiver of its answer,
//! and its work is in the queue. The last handle is the last sender: `blocking_recv` gives `None` when the queue is empty, the
//! closure of the thread returns, and the connection that it owns is dropped. Only a panic needs a line of its own: it would
//! end the thread, so it is caught and sent back as a result. (A result that nobody takes is dropped on the thread. Where a
//! `Drop` of yours may panic, catch that, too: round the `work(&mut connection)` of the loop.)
//!
//! Why not `spawn_blocking` with a mutex round the connection? Ten writers would hold ten threads of the pool, and nine of them
//! would wait for the lock. And a loop that runs as long as the app does not belong on the pool at all. (A real service would
//! bound the queue: see lesson 05.)
//!
//! Also right: a channel of the standard library, whose `send` does not block; a bounded one whose `send` is awaited.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

/// Work for the thread, with the way back for its result inside.
type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle to the thread that owns the connection.
#[derive(Clone)]
pub struct Database {
    work: mpsc::UnboundedSender<Work>,
}

impl Database {
    /// Starts the thread. It ends with the last handle.
    pub fn new(mut connection: Connection) -> Self {
        let (work, mut queue) = mpsc::unbounded_channel::<Work>();
        thread::spawn(move || {
            while let Some(work) = queue.blocking_recv() {
                work(&mut connection);
            }
        });
        Self { work }
    }

    /// Has this done with the connection, and gives its result.
    ///
    /// # Panics
    /// Where the work does.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let (reply, result) = oneshot::channel();
        let work = Box::new(move |connection: &mut Connection| {
            // A transaction that the panic leaves is rolled back on its way: its guard is dropped.
            let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
            // Where the caller has left, nobody takes it.
            let _ = reply.send(result);
        });
        let is_there = "the thread ends with the last handle, and here is one";
        assert!(self.work.send(work).is_ok(), "{is_there}");
        result.await.expect(is_there).unwrap_or_else(|panic| resume_unwind(panic))
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/database.rs"]
mod checks;
