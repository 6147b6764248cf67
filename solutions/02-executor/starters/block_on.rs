//! # Block on
//!
//! The smallest runtime: `block_on` runs one future on this thread, to its end. It polls, and while the future is pending
//! the thread sleeps, until the future's waker is called. A future that is woken three times, each time while the thread
//! sleeps, is polled four times.
//!
//! No wake may be lost: not one that comes during the poll, and not where the future itself parks the thread in its poll. The
//! thread sleeps in the `thread::park()` of this file and in no other place: the checks look there. `park()` may return without
//! a wake.
//!
//! Run: `cargo workbook check 02-executor/block_on` · Read: book, chapter 2, Stage 1: one future, and a thread that sleeps · 10 min

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

// A program says `use std::thread::{self, Thread};`. This one does the same, and lets the checks see who sleeps.
// `thread::park()` sleeps until somebody calls `unpark()`. An `unpark()` that comes first is kept for the next `park()`.
use harness::thread::{self, Thread};

/// The waker of the future: it knows which thread to wake.
struct ThreadWaker {
    thread: Thread,
    /// The waker was called, and the future has not been polled since.
    woken: AtomicBool,
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        todo!("leave a mark that says so, and end the sleep of the thread")
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future must not move once it has been polled: `pin!` holds it in its place.
    let mut future = pin!(future);
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(thread_waker.clone());
    let mut context = Context::from_waker(&waker);
    todo!("poll until the future is ready; after every poll that says `Pending`, sleep until the waker was called")
}

#[path = "checks/block_on.rs"]
mod checks;
