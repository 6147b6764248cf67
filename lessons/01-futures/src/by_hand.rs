//! To poll by hand: all that a runtime does with a future, without a runtime.

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

// ANCHOR: waker
/// A waker that counts. A runtime's waker puts its task into the run queue; this one only remembers that it was called.
#[derive(Debug, Default)]
pub struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
// ANCHOR_END: waker

impl Wakes {
    /// How often the waker was called.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// What one poll said, and how often the waker was called while it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled<T> {
    pub poll: Poll<T>,
    pub wakes: usize,
}

// ANCHOR: poll_by_hand
/// Polls a future until it is ready, at most `most` times, and tells of every poll.
///
/// It asks again at once, whether or not it was woken. A runtime waits for the wake-up: that is the whole difference.
pub fn poll_by_hand<F: Future>(future: F, most: usize) -> Vec<Polled<F::Output>> {
    // A future must stay where it is once it was polled. `pin!` promises that, and the type of the variable keeps it.
    let mut future = pin!(future);
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut polls = Vec::new();
    while polls.len() < most {
        let before = wakes.count();
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        let is_ready = poll.is_ready();
        polls.push(Polled { poll, wakes: wakes.count() - before });
        if is_ready {
            break;
        }
    }
    polls
}
// ANCHOR_END: poll_by_hand

impl<T: fmt::Debug> fmt::Display for Polled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let woken = match self.wakes {
            0 => "",
            1 => "  (woken)",
            _ => "  (woken more than once)",
        };
        write!(f, "{:?}{woken}", self.poll)
    }
}
