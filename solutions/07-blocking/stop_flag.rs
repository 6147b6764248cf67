//! # Stop flag: a solution
//!
//! A thread that is inside a call cannot be ended from outside: not by `abort`, not by dropping its handle, in no language. What
//! can be done is to *ask*: a flag that the work looks at wherever it can stop, here between two documents. How soon it stops is
//! how long a slice is.
//!
//! The end is told by a `oneshot`, so `stop` waits with `.await`. `join` would wait as well, and hold the event loop's thread.
//! `Drop` sets the flag too, and so whoever loses interest in any way has told it.
//!
//! Why a thread of its own, and not `spawn_blocking`? A runtime that is dropped waits for the jobs of its pool that have begun:
//! it cannot abort them either. One call that hangs, and the app does not exit. Nobody waits for a detached thread; it is gone
//! when `main` returns. (`Runtime::shutdown_background` and `shutdown_timeout` give up the wait, if the runtime is yours.) The
//! pool is for calls that come back; work without an end, or with an end that nobody knows, gets its own thread.
//!
//! Also right: instead of a flag, the `oneshot` itself (`report.is_closed()`), a `Weak` that cannot be upgraded any more, or a
//! channel whose sender is gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::sync::oneshot;

/// The SDK. A call holds its thread.
pub type Embed = Box<dyn FnMut(String) + Send>;

/// What is to be embedded.
pub type Documents = Box<dyn Iterator<Item = String> + Send>;

/// Documents that are being embedded.
pub struct Indexing {
    stopped: Arc<AtomicBool>,
    /// How many were embedded, when the thread has ended.
    embedded: oneshot::Receiver<usize>,
}

impl Indexing {
    /// Begins with the first document, and returns at once. Called on a runtime.
    pub fn start(documents: Documents, mut embed: Embed) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let (report, embedded) = oneshot::channel();
        let flag = stopped.clone();
        thread::spawn(move || {
            let mut count = 0;
            let mut documents = documents;
            // The flag first: a document that has been fetched is embedded, and `stop` waits for both.
            while !flag.load(Ordering::Relaxed)
                && let Some(document) = documents.next()
            {
                embed(document);
                count += 1;
            }
            // Nobody may be there to hear it.
            let _ = report.send(count);
        });
        Self { stopped, embedded }
    }

    /// Stops after the document in work, and says how many were embedded.
    pub async fn stop(mut self) -> usize {
        self.stopped.store(true, Ordering::Relaxed);
        (&mut self.embedded).await.expect("the SDK does not panic")
    }
}

impl Drop for Indexing {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/07-blocking/checks/stop_flag.rs"]
mod checks;
