//! # Block on: a solution
//!
//! The loop has two steps, poll and sleep, and a wake is what leads from the second to the first. `park` keeps an `unpark`
//! that came early, so a wake between the poll and the sleep is not lost: the next `park` returns at once. That is why no
//! mark of our own is needed here. `park` may also return for no reason; then the future is polled once more than
//! necessary, and that does no harm.
//!
//! While the thread sleeps it costs nothing, and it does nothing else: this runtime has one task. Say `std::thread` instead
//! of `harness::thread`, and this is a `block_on` that works in any program.
//!
//! Also right: a mark in the waker (an `AtomicBool`) that `wake` sets before it unparks, and a loop that parks until the mark
//! is there. It must take the mark away *before* it polls: a wake that comes during the poll would be forgotten otherwise.
//! A `Mutex` and a `Condvar`, or a channel, work as well; these checks see only `park`.

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
    // The waker of the thread that calls. It is made once: the thread stays the same.
    let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/block_on.rs"]
mod checks;
