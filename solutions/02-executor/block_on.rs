//! # Block on: a solution
//!
//! The loop has two steps, poll and sleep, and a wake is what leads from the second to the first. `wake` does two things: it
//! leaves a mark, and it unparks the thread. The mark says *why* the thread is up; `unpark` only gets it up.
//!
//! Why is `unpark` not enough? It leaves a token for the next `park`, so a wake that comes early is kept. But there is one
//! token for each thread, and whoever parks in this thread may take it: a future that waits for a thread or for a channel of
//! `std` in its poll parks too. The wake would be gone with it, and this thread would sleep for ever. The mark belongs to
//! this future alone. It also keeps a `park` that returns for no reason from costing a poll.
//!
//! The mark is taken away *before* the poll. Taken away after it, a wake that came during the poll would be forgotten.
//!
//! While the thread sleeps it costs nothing, and it does nothing else: this runtime has one task. Say `std::thread` instead
//! of `harness::thread`, and this is a `block_on` that works in any program. A `Mutex` with a `Condvar`, or a channel, would
//! work there as well; the task asks for `park`, because these checks see no other sleep.

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
        // The mark first: who gets up must find it.
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
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
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // The mark goes before the next poll, so a wake during that poll sets it again. `park` may return for no reason.
        while !thread_waker.woken.swap(false, Ordering::SeqCst) {
            thread::park();
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/block_on.rs"]
mod checks;
