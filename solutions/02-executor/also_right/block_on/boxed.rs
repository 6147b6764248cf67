//! Also right: the future is pinned in a box. It costs an allocation, and a future of any size fits the stack.

use std::{
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
    let mut future = Box::pin(future);
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut polled = future.as_mut().poll(&mut context);
    while polled.is_pending() {
        thread::park();
        polled = future.as_mut().poll(&mut context);
    }
    match polled {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("the loop has ended"),
    }
}
