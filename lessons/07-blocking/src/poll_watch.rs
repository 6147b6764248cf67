//! A poll watch: it names the task whose poll took long, and the line that spawned it.
//!
//! An event loop is as good as its longest poll. While one task is polled, all others of its thread wait, and none of *them* is
//! to blame. So a slow service shows its slowness everywhere but at its cause. [`PollWatch`] measures each poll, and keeps for
//! each line that spawns tasks how often a poll took longer than a limit.
//!
//! ```
//! use std::time::Duration;
//! use lesson_07_blocking::poll_watch::PollWatch;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let watch = PollWatch::new(Duration::from_millis(10));
//! let task = watch.spawn(async {
//!     tokio::time::sleep(Duration::from_millis(30)).await; // Waits, and holds nothing.
//!     std::thread::sleep(Duration::from_millis(30)); // Holds the thread.
//! });
//! task.await.expect("the task does not panic");
//!
//! let culprits = watch.culprits();
//! assert_eq!(culprits[0].slow_polls, 1);
//! assert_eq!(culprits[0].polls, 2);
//! println!("{}", culprits[0]); // With the file and the line of `watch.spawn`.
//! # }
//! ```
//!
//! # What it costs, and what it does not see
//! For each poll, two readings of the clock, and twice the lock of the watch. The time of a poll is time on the wall: where the operating
//! system takes the thread away, the poll is longer too. A task that was not spawned by the watch is not seen. A poll that has
//! not returned is not among the [`culprits`](PollWatch::culprits) yet: ask for it from another thread, by
//! [`in_poll`](PollWatch::in_poll).

use std::{
    collections::HashMap,
    fmt,
    panic::Location,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;

/// Watches the polls of the futures that it is given. Clones are the same watch.
#[derive(Clone)]
pub struct PollWatch {
    inner: Arc<Inner>,
}

struct Inner {
    limit: Duration,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the line that spawned: a program has few of these, however many tasks it has.
    seen: HashMap<&'static Location<'static>, Culprit>,
    in_poll: HashMap<u64, InPoll>,
    next_poll: u64,
}

/// A line that spawns tasks, and what their polls were like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Culprit {
    pub spawned_at: &'static Location<'static>,
    /// All polls of all its tasks.
    pub polls: usize,
    /// Those that took longer than the limit.
    pub slow_polls: usize,
    pub longest: Duration,
    /// The time of the slow polls together: how long others could not run.
    pub held: Duration,
}

/// A poll that has not returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPoll {
    pub spawned_at: &'static Location<'static>,
    /// In the time of the watch's clock.
    pub since: Duration,
}

/// A future under watch. Made by [`PollWatch::watch`].
#[must_use = "a future does nothing until it is polled"]
pub struct Watched<F> {
    // Boxed, so that this file needs no `unsafe` and no macro. A spawned task is on the heap in any case.
    future: Pin<Box<F>>,
    spawned_at: &'static Location<'static>,
    watch: PollWatch,
}

impl PollWatch {
    /// A watch on real time. A poll that takes longer than `limit` is slow. A good limit for a service is 10 ms: a poll
    /// between two `.await`s takes microseconds.
    pub fn new(limit: Duration) -> Self {
        let start = Instant::now();
        Self::with_clock(limit, move || start.elapsed())
    }

    /// A watch on another clock. A test that moves the clock itself does not depend on the speed of its machine.
    pub fn with_clock(
        limit: Duration,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                limit,
                clock: Box::new(clock),
                state: Mutex::default(),
            }),
        }
    }

    // ANCHOR: spawn
    /// `tokio::spawn`, under watch. The line that calls this is the name of the task.
    ///
    /// # Panics
    /// Outside of a runtime, as `tokio::spawn` does.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        tokio::spawn(self.watch(future))
    }
    // ANCHOR_END: spawn

    /// A future under watch, for a `JoinSet`, a `block_on` or a `join!`. Cancel safe where `future` is.
    #[track_caller]
    pub fn watch<F: Future>(&self, future: F) -> Watched<F> {
        Watched {
            future: Box::pin(future),
            spawned_at: Location::caller(),
            watch: self.clone(),
        }
    }

    /// The lines with slow polls. The one that has held others up for longest comes first.
    pub fn culprits(&self) -> Vec<Culprit> {
        let slow = |culprit: &&Culprit| culprit.slow_polls > 0;
        let mut culprits: Vec<Culprit> =
            self.state().seen.values().filter(slow).copied().collect();
        culprits.sort_by_key(|culprit| {
            (
                std::cmp::Reverse(culprit.held),
                culprit.spawned_at.file(),
                culprit.spawned_at.line(),
            )
        });
        culprits
    }

    /// Polls that have not returned, the oldest first. Ask from a thread that the event loop cannot hold.
    pub fn in_poll(&self) -> Vec<InPoll> {
        let mut in_poll: Vec<InPoll> = self.state().in_poll.values().copied().collect();
        in_poll.sort_by_key(|poll| poll.since);
        in_poll
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        (self.inner.clock)()
    }
}

// ANCHOR: poll
impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // The reading is taken when this is dropped, so a poll that panics is seen too.
        let _reading = Reading::start(&self.watch, self.spawned_at);
        self.future.as_mut().poll(cx)
    }
}

/// One poll.
struct Reading {
    watch: PollWatch,
    poll: u64,
    since: InPoll,
}

impl Reading {
    fn start(watch: &PollWatch, spawned_at: &'static Location<'static>) -> Self {
        let since = InPoll { spawned_at, since: watch.now() };
        let mut state = watch.state();
        let poll = state.next_poll;
        state.next_poll += 1;
        state.in_poll.insert(poll, since);
        drop(state);
        Self { watch: watch.clone(), poll, since }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let took = self.watch.now().saturating_sub(self.since.since);
        let mut state = self.watch.state();
        state.in_poll.remove(&self.poll);
        let spawned_at = self.since.spawned_at;
        let seen = state.seen.entry(spawned_at).or_insert(Culprit::new(spawned_at));
        seen.polls += 1;
        seen.longest = seen.longest.max(took);
        if took > self.watch.inner.limit {
            seen.slow_polls += 1;
            seen.held += took;
        }
    }
}
// ANCHOR_END: poll

impl Culprit {
    fn new(spawned_at: &'static Location<'static>) -> Self {
        Self {
            spawned_at,
            polls: 0,
            slow_polls: 0,
            longest: Duration::ZERO,
            held: Duration::ZERO,
        }
    }
}

/// ```text
/// src/billing.rs:41: 10 of 30 polls were slow, the longest took 0.600 s, together 6.000 s
/// ```
impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { spawned_at, polls, slow_polls, longest, held } = self;
        let (longest, held) = (longest.as_secs_f64(), held.as_secs_f64());
        let (file, line) = (spawned_at.file(), spawned_at.line());
        write!(f, "{file}:{line}: {slow_polls} of {polls} polls were slow, ")?;
        write!(f, "the longest took {longest:.3} s, together {held:.3} s")
    }
}

impl fmt::Debug for PollWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollWatch")
            .field("limit", &self.inner.limit)
            .finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("spawned_at", &self.spawned_at)
            .finish_non_exhaustive()
    }
}
