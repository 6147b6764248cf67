//! # Block on
//!
//! The smallest runtime: `block_on` runs one future on this thread, to its end. It polls, and while the future is pending
//! the thread sleeps, until the future's waker is called. A future that is woken three times is polled four times.
//!
//! Run: `cargo workbook check 02-executor/block_on` · Read: book, chapter 2 · 10 min

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

// A program says `use std::thread::{self, Thread};`. This one does the same, and lets the checks see who sleeps.
// `thread::park()` sleeps until somebody calls `unpark()`. An `unpark()` that comes first is kept for the next `park()`.
use harness::thread::{self, Thread};

/// The waker of the future: it knows which thread to wake.
struct ThreadWaker(Thread);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        todo!("end the sleep of the thread")
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future must not move once it has been polled: `pin!` holds it in its place.
    let mut future = pin!(future);
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
    let mut context = Context::from_waker(&waker);
    todo!("poll until the future is ready; sleep after every poll that says `Pending`")
}

#[path = "checks/block_on.rs"]
mod checks;
