//! The other side, on a thread of its own, at the moment that a check chooses.
//!
//! Threads that are let loose on each other meet now and then, and a check that hopes for it misses a wrong answer now and
//! then. Here one thread holds the lock, and goes on when the others are *seen* to wait for it.

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::processor::{Meter, Place};

/// Where the system does not say what a thread does: long enough for a few lines.
const A_FEW_LINES: Duration = Duration::from_millis(40);

/// Between two looks at a thread.
const LOOK: Duration = Duration::from_micros(100);

/// Something that runs on another thread.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use harness::Elsewhere;
///
/// let lock = Arc::new(Mutex::new(0));
/// let held = lock.lock().expect("nobody panics with this lock");
/// let other = Elsewhere::until_it_waits({
///     let lock = lock.clone();
///     move || *lock.lock().expect("nobody panics with this lock") += 1
/// });
/// assert_eq!(*held, 0);
/// drop(held);
/// other.end();
/// assert_eq!(lock.lock().map(|count| *count).ok(), Some(1));
/// ```
#[derive(Debug)]
pub struct Elsewhere<T> {
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Elsewhere<T> {
    /// Runs this on another thread, and returns when it has ended or waits: for a lock that the caller holds, say.
    pub fn until_it_waits(code: impl FnOnce() -> T + Send + 'static) -> Self {
        Self::begin(None, code)
    }

    fn begin(place: Option<Place>, code: impl FnOnce() -> T + Send + 'static) -> Self {
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            if let Some(place) = place {
                place.take();
            }
            let _ = tell.send(Meter::of_this_thread());
            code()
        });
        match told.recv() {
            Ok(meter) if meter.sees_one_thread() => {
                while !thread.is_finished() && !meter.waits() {
                    thread::sleep(LOOK);
                }
            }
            _ => thread::sleep(A_FEW_LINES),
        }
        Self { thread }
    }

    /// What it has given, when it has ended. `None` where it panicked.
    pub fn end(self) -> Option<T> {
        self.thread.join().ok()
    }
}

/// To be called while this thread holds a lock. Both others wait for it, one after the other. When this thread lets the lock
/// go, `first` has it; and where `first` lets it go before it is done, and takes it once more, `second` comes in between.
///
/// On Linux it does nearly always, for the two share a processor, and `first` has the lowest rank there: who is woken by it
/// goes before it. Where other programs want the same processor, it may fail; so a check tries a few times. Elsewhere it is
/// for the system to say who goes first.
pub fn in_between<A: Send + 'static, B: Send + 'static>(
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> (Elsewhere<A>, Elsewhere<B>) {
    let [low, high] = Place::two_on_this_processor();
    let first = Elsewhere::begin(Some(low), first);
    let second = Elsewhere::begin(Some(high), second);
    (first, second)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_second_look_between_two_locks_is_met() {
        let meets = || {
            let list = Arc::new(Mutex::new(Vec::new()));
            let held = list.lock().expect("nobody panics with this lock");
            let adds_once = || {
                let list = list.clone();
                move || {
                    if list.lock().expect("nobody panics with this lock").is_empty() {
                        list.lock().expect("nobody panics with this lock").push("added");
                    }
                }
            };
            let (first, second) = in_between(adds_once(), adds_once());
            drop(held);
            let _ = first.end();
            let _ = second.end();
            list.lock().map_or(0, |list| list.len()) == 2
        };
        assert!((0..100).any(|_| meets()), "in a hundred times the second thread never came in between");
    }
}
