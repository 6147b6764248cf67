//! Stage 1: `block_on` runs one future on the thread that calls it.
//!
//! A future does nothing by itself: somebody must call `poll`. Between two polls there is nothing to do, so the thread
//! sleeps. The waker is how the future gets it up again.
//!
//! Left out: everything but the one future. There is no second task yet that could run while the first one waits.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::AcqRel},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

// ANCHOR: block_on
/// Polls the future, sleeps until it is woken, and polls again, until it is ready.
///
/// It polls once at the start and once after a wake: never in between, to see whether
/// "something has happened".
///
/// ```
/// use lesson_02_executor::s1_block_on::block_on;
///
/// assert_eq!(block_on(async { 6 * 7 }), 42);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell { thread: thread::current(), rung: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&bell));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        bell.wait();
    }
}
// ANCHOR_END: block_on

// ANCHOR: bell
/// Rung by a waker, on whatever thread; heard by the thread that sleeps in `block_on`.
struct Bell {
    thread: Thread,
    /// Whether it rang since the last poll. `park` alone does not tell: it may return
    /// without an `unpark`, and an `unpark` may be meant for other code on this thread that
    /// parks too.
    rung: AtomicBool,
}

impl Bell {
    fn wait(&self) {
        // A wake may come before the thread sleeps, or even while the future is polled.
        // Then the flag is set, and there is no pause. Checking the flag and sleeping
        // cannot be torn apart: `unpark` makes the next `park` return at once.
        while !self.rung.swap(false, AcqRel) {
            thread::park();
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The second of two wakes has nothing to add: one poll answers both.
        if !self.rung.swap(true, AcqRel) {
            self.thread.unpark();
        }
    }
}
// ANCHOR_END: bell
