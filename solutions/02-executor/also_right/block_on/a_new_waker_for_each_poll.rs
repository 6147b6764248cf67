//! Also right: every poll gets a waker of its own. They all wake the same thread.

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
        self.0.unpark();
    }
}

/// Runs a future on this thread, and returns what it returns.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // A future must not move once it has been polled: `pin!` holds it in its place.
    let mut future = pin!(future);
    loop {
        let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
