//! Trap: `wake` unparks the thread only while a mark says that it sleeps. A wake that comes earlier is thrown away.
//! Caught by: a_wake_during_the_poll_is_kept
//! Says: it must reach `unpark()`, whether the thread sleeps at that moment or not

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
    asleep: AtomicBool,
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        if self.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future must not move once it has been polled: `pin!` holds it in its place.
    let mut future = pin!(future);
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let mark = Arc::new(ThreadWaker { thread: thread::current(), asleep: AtomicBool::new(false) });
    let waker = Waker::from(mark.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        mark.asleep.store(true, Ordering::SeqCst);
        thread::park();
        mark.asleep.store(false, Ordering::SeqCst);
    }
}
