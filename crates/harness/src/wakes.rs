//! A waker that counts: what a check gives to a future that it polls by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Wake, Waker},
};

/// Counts how often its waker, or a clone of it, was used.
///
/// ```
/// use harness::Wakes;
///
/// let (first, second) = (Wakes::new(), Wakes::new());
/// let kept = first.waker();
/// kept.wake();
///
/// assert_eq!((first.count(), second.count()), (1, 0));
/// assert!(!first.waker().will_wake(&second.waker()), "two tasks have two wakers");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Wakes {
    counter: Arc<Counter>,
}

#[derive(Debug, Default)]
struct Counter(AtomicUsize);

impl Wakes {
    /// Nobody has been woken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The waker to poll with. All wakers of one `Wakes` are the same for [`Waker::will_wake`].
    pub fn waker(&self) -> Waker {
        Waker::from(self.counter.clone())
    }

    /// How often it was woken.
    pub fn count(&self) -> usize {
        self.counter.0.load(Ordering::SeqCst)
    }

    /// How many clones of the waker are kept somewhere.
    ///
    /// ```
    /// let wakes = harness::Wakes::new();
    /// let kept = wakes.waker();
    /// assert_eq!(wakes.kept(), 1);
    /// drop(kept);
    /// assert_eq!(wakes.kept(), 0);
    /// ```
    pub fn kept(&self) -> usize {
        // One is the `Wakes` itself. A clone of the `Wakes` counts too: a check has no reason to keep one.
        Arc::strong_count(&self.counter) - 1
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
