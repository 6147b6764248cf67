//! Trap: a mark says that the waker was called. It is cleared after the poll, and with it goes a wake that came during the
//! poll.
//! Caught by: a_wake_during_the_poll_is_kept
//! Says: A wake that comes before the thread sleeps counts too
//! Says: must clear it *before* the poll

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
    woken: AtomicBool,
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future must not move once it has been polled: `pin!` holds it in its place.
    let mut future = pin!(future);
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let mark = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(mark.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        mark.woken.store(false, Ordering::SeqCst);
        while !mark.woken.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}
