//! Trap: `wake` unparks the current thread: the one that calls the waker, and not the one that sleeps.
//! Caught by: a_wake_from_another_thread_is_kept
//! Says: it has not unparked the thread

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
        thread::current().unpark();
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}
