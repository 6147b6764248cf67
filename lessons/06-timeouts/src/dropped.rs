//! What is left when a future is dropped, and how to clean up.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

/// What happened, and when. Clones write into the same log.
#[derive(Debug, Clone)]
pub struct Log {
    start: Instant,
    lines: Arc<Mutex<Vec<(Duration, &'static str)>>>,
}

impl Log {
    /// A log whose time zero is now.
    pub fn new() -> Self {
        Self { start: Instant::now(), lines: Arc::default() }
    }

    pub fn write(&self, what: &'static str) {
        let line = (self.start.elapsed(), what);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    pub fn lines(&self) -> Vec<(Duration, &'static str)> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new()
    }
}

// ANCHOR: guard
/// Says how the work ended. It stands on the stack of the future, so it goes when the future goes: at its end, at an early
/// `return`, at a panic, and when somebody drops the future at an `.await`.
#[derive(Debug)]
pub struct HowItEnded {
    log: Log,
    is_done: bool,
}

impl HowItEnded {
    pub fn begin(log: &Log) -> Self {
        Self { log: log.clone(), is_done: false }
    }

    /// The last line of the work.
    pub fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for HowItEnded {
    fn drop(&mut self) {
        self.log.write(if self.is_done { "done" } else { "dropped" });
    }
}
// ANCHOR_END: guard

const A_WHILE: Duration = Duration::from_millis(100);

// ANCHOR: connection
/// A connection that takes 0.1 s to open, to answer, and to close. To close is to talk to the other side, so it awaits.
#[derive(Debug)]
pub struct Connection {
    log: Log,
    is_open: bool,
}

impl Connection {
    pub async fn open(log: &Log) -> Self {
        sleep(A_WHILE).await;
        log.write("opened");
        Self { log: log.clone(), is_open: true }
    }

    pub async fn query(&mut self) -> u32 {
        sleep(A_WHILE).await;
        self.log.write("answered");
        42
    }

    pub async fn close(mut self) {
        sleep(A_WHILE).await;
        self.is_open = false;
        self.log.write("closed");
    }
}

impl Drop for Connection {
    /// A `drop` cannot await. All it can do is let go, and say so: the other side finds out by itself, later.
    fn drop(&mut self) {
        if self.is_open {
            self.log.write("let go, still open");
        }
    }
}
// ANCHOR_END: connection

// ANCHOR: skips_the_close
/// Opens, asks and closes. Dropped at any `.await`, the rest never runs: no close.
pub async fn in_one_future(log: Log) -> u32 {
    let mut connection = Connection::open(&log).await;
    let answer = connection.query().await;
    connection.close().await;
    answer
}
// ANCHOR_END: skips_the_close

// ANCHOR: limit_inside
/// The limit stands round the part that may be given up, and the close outside of it.
pub async fn limit_inside(log: Log, limit: Duration) -> Option<u32> {
    let mut connection = Connection::open(&log).await;
    let answer = tokio::time::timeout(limit, connection.query()).await.ok();
    connection.close().await;
    answer
}
// ANCHOR_END: limit_inside

// ANCHOR: in_a_task
/// The connection lives in a task of its own, which nobody drops. It hears that the caller has left, and closes.
pub async fn in_a_task(log: Log) -> Option<u32> {
    let (mut caller, answer) = oneshot::channel();
    tokio::spawn(async move {
        let mut connection = Connection::open(&log).await;
        let answer = tokio::select! {
            answer = connection.query() => Some(answer),
            () = caller.closed() => None,
        };
        connection.close().await;
        if let Some(answer) = answer {
            // The caller may leave while the connection closes. That is no error.
            let _ = caller.send(answer);
        }
    });
    answer.await.ok()
}
// ANCHOR_END: in_a_task
