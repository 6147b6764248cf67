//! [`std::thread`], with a `park` that a check can see through.
//!
//! An exercise that puts its thread to sleep says `use harness::thread;` where a program says `use std::thread;`. Inside
//! [`Outside::run`] a thread that parks does not really sleep: what happens meanwhile is what the check has planned. So a
//! wake comes when the check wants it to come, and a sleep that nothing would end is known at once. Everywhere else `park`
//! is the one of the standard library.

pub use std::thread::*;

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use crate::panics;

/// The thread that calls this, as [`std::thread::current`] gives it.
pub fn current() -> Thread {
    Thread { thread: std::thread::current(), outside: OUTSIDE.with_borrow(Clone::clone) }
}

/// Sleeps until somebody calls [`Thread::unpark`]. Where that has happened since the last `park`, it returns at once.
pub fn park() {
    match OUTSIDE.with_borrow(Clone::clone) {
        Some(outside) => outside.park(),
        None => std::thread::park(),
    }
}

/// As [`park`], but no longer than this. A thread that a check looks at never waits: its time is over at once.
pub fn park_timeout(at_most: Duration) {
    match OUTSIDE.with_borrow(Clone::clone) {
        Some(outside) => outside.lock().token = false,
        None => std::thread::park_timeout(at_most),
    }
}

/// A handle to a thread, to wake it.
#[derive(Clone, Debug)]
pub struct Thread {
    thread: std::thread::Thread,
    outside: Option<Outside>,
}

impl Thread {
    /// Ends the thread's `park`: the one that is going on, or else the next one. From any thread.
    pub fn unpark(&self) {
        if let Some(outside) = &self.outside {
            let mut state = outside.lock();
            state.token = true;
            state.unparks += 1;
        }
        self.thread.unpark();
        if let Some(stands_still) = IN_UNPARK.take() {
            stands_still();
        }
    }

    /// As [`std::thread::Thread::id`].
    pub fn id(&self) -> ThreadId {
        self.thread.id()
    }
}

thread_local! {
    static OUTSIDE: RefCell<Option<Outside>> = const { RefCell::new(None) };
    /// What the next `unpark` that is called on this thread does before it returns.
    static IN_UNPARK: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

/// The rest of the world, while a thread sleeps: what happens there, one thing after the other.
///
/// ```
/// use harness::{Outside, thread};
///
/// let outside = Outside::new();
/// let ended = outside.run(|| {
///     let this = thread::current();
///     outside.then(move || this.unpark());
///     thread::park();
/// });
/// assert!(ended.is_some());
///
/// let nobody_wakes_it = Outside::new().run(thread::park);
/// assert!(nobody_wakes_it.is_none());
/// ```
#[derive(Clone, Default)]
pub struct Outside {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    events: VecDeque<Box<dyn FnOnce() + Send>>,
    /// Set by `unpark`, taken by `park`.
    token: bool,
    parks: usize,
    unparks: usize,
    /// Events that came while the thread did not sleep in `park`.
    unseen: usize,
    /// A thread that stands still in its `unpark`.
    behind: Option<Behind>,
}

/// A thread that goes on when `go_on` is dropped.
struct Behind {
    go_on: mpsc::Sender<()>,
    other: JoinHandle<()>,
}

/// What ends a sleep that nothing else would end.
struct SleepsForEver;

/// How often the helper looks whether the thread has come to its `park`.
const TICK: Duration = Duration::from_millis(50);

/// After so many looks without a `park` the next event happens all the same: the thread sleeps in a place of its own, or
/// goes round and round. Counting looks, not seconds, as the watchdog does, and for less than half of the watchdog's time.
const PATIENCE: usize = 12;

impl Outside {
    /// Nothing will happen, until [`then`](Self::then) says what.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happens outside when the thread sleeps next, after all that was planned before.
    pub fn then(&self, event: impl FnOnce() + Send + 'static) {
        self.lock().events.push_back(Box::new(event));
    }

    /// Runs code that parks this thread. `None`: it has parked, and nothing that will happen ends its sleep.
    pub fn run<T>(&self, code: impl FnOnce() -> T) -> Option<T> {
        let (stop, stopped) = mpsc::channel::<()>();
        let helper = std::thread::spawn({
            let outside = self.clone();
            move || outside.help(&stopped)
        });
        let before = OUTSIDE.replace(Some(self.clone()));
        let ended = catch_unwind(AssertUnwindSafe(code));
        OUTSIDE.set(before);
        self.lets_go_on();
        drop(stop);
        let helped = helper.join();
        match (ended, helped) {
            (Ok(value), Ok(())) => Some(value),
            (Err(payload), _) if is_the_end(&*payload) => None,
            (Err(payload), _) | (_, Err(payload)) => resume_unwind(payload),
        }
    }

    /// As [`then`](Self::then), on another thread, which stands still in its first [`Thread::unpark`]: the one that is unparked
    /// gets up first. The other goes on when that one parks again, or has come to its end.
    ///
    /// Whoever says what is to be seen *after* `unpark` is late: the thread has looked by then, and sleeps again.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// use harness::{Outside, thread};
    ///
    /// let (outside, mark) = (Outside::new(), Arc::new(AtomicBool::new(false)));
    /// let ended = outside.run(|| {
    ///     let (this, sets) = (thread::current(), mark.clone());
    ///     outside.then_elsewhere(move || {
    ///         this.unpark();
    ///         sets.store(true, Ordering::SeqCst);
    ///     });
    ///     while !mark.load(Ordering::SeqCst) {
    ///         thread::park();
    ///     }
    /// });
    /// assert!(ended.is_none(), "it got up before the mark was there");
    /// ```
    pub fn then_elsewhere(&self, code: impl FnOnce() + Send + 'static) {
        let outside = self.clone();
        self.then(move || {
            let (reaches, reached) = mpsc::channel();
            let (go_on, goes_on) = mpsc::channel();
            let other = std::thread::spawn(move || {
                IN_UNPARK.set(Some(Box::new(move || {
                    let _ = reaches.send(());
                    let _ = goes_on.recv();
                })));
                code();
                drop(IN_UNPARK.take());
            });
            // An error where it has ended without an `unpark`.
            let _ = reached.recv();
            outside.lock().behind = Some(Behind { go_on, other });
        });
    }

    /// The thread that stands still in its `unpark` comes to its end.
    fn lets_go_on(&self) {
        let Some(Behind { go_on, other }) = self.lock().behind.take() else { return };
        drop(go_on);
        if let Err(payload) = other.join() {
            resume_unwind(payload);
        }
    }

    /// How often the thread went to sleep in [`park`].
    pub fn parks(&self) -> usize {
        self.lock().parks
    }

    /// How often it was unparked.
    pub fn unparks(&self) -> usize {
        self.lock().unparks
    }

    /// Whether the thread waited without [`park`]: in a loop, or asleep in another way.
    pub fn waited_elsewhere(&self) -> bool {
        self.lock().unseen > 0 && self.parks() == 0
    }

    fn park(&self) {
        self.lock().parks += 1;
        self.lets_go_on();
        loop {
            let mut state = self.lock();
            if std::mem::take(&mut state.token) {
                return;
            }
            let Some(event) = state.events.pop_front() else { break };
            drop(state);
            // A `park` that returns at once is none: a thread may do nothing else, without end.
            panics::goes_on();
            event();
        }
        // Not `panic!`: nothing has gone wrong in the code that sleeps here, so no hook has a word to say.
        resume_unwind(Box::new(SleepsForEver));
    }

    /// Lets the next event happen where the thread waits, but not in [`park`].
    fn help(&self, stopped: &mpsc::Receiver<()>) {
        let (mut looks, mut parks) = (0, 0);
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let mut state = self.lock();
            looks = if state.parks == parks { looks + 1 } else { 0 };
            parks = state.parks;
            // Who has been seen to wait elsewhere is not given the same time again.
            if looks < PATIENCE && state.unseen == 0 {
                continue;
            }
            let Some(event) = state.events.pop_front() else { continue };
            state.unseen += 1;
            drop(state);
            event();
            self.lets_go_on();
        }
    }

    /// Nothing of the learner's runs under this lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_the_end(payload: &(dyn Any + Send)) -> bool {
    payload.is::<SleepsForEver>()
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Outside").field("planned", &state.events.len()).field("parks", &state.parks).finish()
    }
}
