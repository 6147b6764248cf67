//! The signs of life of a run: what the supervisor and the runtime's hooks write, and what the watchdog reads.

use std::{
    backtrace::Backtrace,
    collections::{BTreeMap, HashMap},
    fmt,
    panic::Location,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use crate::{polls::Polls, wakes::Moment};

/// Polls without the clock moving on that no exercise needs: the 10 000 futures of the largest one need 20 000.
const POLLS_AT_ONE_INSTANT: u64 = 200_000;

/// In real time: a poll that sleeps takes as long as it sleeps. Where a machine is slow or busy, many polls take a little longer.
pub(crate) const A_LONG_POLL: Duration = Duration::from_millis(10);

/// Shared between the thread that runs the learner's code and the watchdog.
#[derive(Debug)]
pub(crate) struct Pulse {
    /// The thread of the run.
    thread: ThreadId,
    began: Instant,
    /// When the run began, on the clock of its runtime.
    clock_began: OnceLock<tokio::time::Instant>,
    /// Goes up whenever a poll begins or ends. While it stands still, one poll is going on, or a blocking task holds the
    /// clock still, and the runtime sleeps in real time.
    beats: AtomicU64,
    signs_from_within: AtomicU64,
    /// The virtual time of the last beat, in nanoseconds since the start of the run.
    now: AtomicU64,
    /// Polls since the clock last moved.
    polls_at_this_instant: AtomicU64,
    /// Set once and for all when they are too many.
    spins: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    polling: Option<Who>,
    /// When this poll began, on the clock of the machine.
    poll_began: Option<Instant>,
    /// How long the polls took together that took long.
    in_long_polls: Duration,
    root_polls: u64,
    spawned: usize,
    tasks: BTreeMap<u64, Task>,
    panics: Vec<Panic>,
    polls: Polls,
    /// Whose polls those since the clock last moved were.
    at_this_instant: HashMap<Who, u64>,
    /// When the function returned that the check is about, where the check says it.
    returned: Option<Duration>,
    /// A waker of the check's own runs code in the middle of this.
    in_a_waker: Option<Moment>,
}

/// Whose poll it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The future that the check waits for.
    Root,
    /// Code that is called, not polled: it polls by itself.
    Caller,
    /// A spawned task, by the order in which it was spawned. Without tokio's hooks nobody tells of one.
    #[cfg_attr(
        not(tokio_unstable),
        allow(dead_code, reason = "RUSTFLAGS in the environment replace the workbook's own")
    )]
    Task(u64),
}

/// A task that was spawned and has not ended.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) polls: u64,
    pub(crate) last_poll: Option<Duration>,
}

/// A panic on one of the run's threads.
#[derive(Debug, Clone)]
pub(crate) struct Panic {
    pub(crate) message: String,
    /// Where `panic!` stands.
    pub(crate) place: Option<String>,
    /// The call stack, where `panic!` stands in a library: which line of the learner's led there?
    pub(crate) stack: Option<Arc<Backtrace>>,
    pub(crate) on: On,
    /// What called the code that panicked, if a waker did.
    pub(crate) in_a_waker: Option<Moment>,
}

/// Where a panic came that has not ended the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// A thread that the learner's code has started.
    ThreadOfItsOwn,
    ThreadOfThePool,
    Task,
    /// The thread of the run, in no task.
    TheRun,
}

impl On {
    /// Behind "a panic", where the run has gone on.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::ThreadOfItsOwn => "on a thread of its own",
            Self::ThreadOfThePool => "on a thread of the pool",
            Self::Task => "in a task",
            Self::TheRun => "that was caught",
        }
    }
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            thread: thread::current().id(),
            began: Instant::now(),
            clock_began: OnceLock::new(),
            beats: AtomicU64::default(),
            signs_from_within: AtomicU64::default(),
            now: AtomicU64::default(),
            polls_at_this_instant: AtomicU64::default(),
            spins: AtomicBool::default(),
            state: Mutex::default(),
        }
    }
}

impl Pulse {
    /// How much time has passed outside, since the run began.
    pub(crate) fn real_time(&self) -> Duration {
        self.began.elapsed()
    }

    /// How much virtual time has passed. It is counted from the first time that anybody asks: the supervisor, when the run
    /// begins, so that a task whose first poll comes later counts from the same instant. Only on a thread of the runtime.
    pub(crate) fn virtual_time(&self) -> Duration {
        self.clock_began.get_or_init(tokio::time::Instant::now).elapsed()
    }

    pub(crate) fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// The virtual time of the last sign of life, since the start of the run.
    pub(crate) fn now(&self) -> Duration {
        Duration::from_nanos(self.now.load(Ordering::Relaxed))
    }

    /// The runtime goes to sleep: whatever is next, something was finished. A sign of life only where the polls of tasks
    /// cannot be seen: a runtime whose clock is held still goes to sleep again and again.
    #[cfg(not(tokio_unstable))]
    pub(crate) fn parked(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// A poll begins. Returns whether too many have begun since the clock last moved.
    pub(crate) fn poll_begins(&self, who: Who, now: Duration) -> bool {
        self.beats.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let moved = self.now.swap(nanos, Ordering::Relaxed) != nanos;
        let mut state = self.lock();
        state.polling = Some(who);
        state.poll_began = Some(Instant::now());
        if moved {
            state.at_this_instant.clear();
            self.polls_at_this_instant.store(0, Ordering::Relaxed);
        }
        let before = state.at_this_instant.entry(who).or_default();
        let is_first = *before == 0;
        *before += 1;
        state.polls.begins(now, matches!(who, Who::Task(_)), is_first);
        match who {
            Who::Root => state.root_polls += 1,
            Who::Caller => {}
            Who::Task(id) => {
                if let Some(task) = state.tasks.get_mut(&id) {
                    task.polls += 1;
                    task.last_poll = Some(now);
                }
            }
        }
        let polls = self.polls_at_this_instant.fetch_add(1, Ordering::Relaxed) + 1;
        if polls > POLLS_AT_ONE_INSTANT {
            self.spins.store(true, Ordering::Relaxed);
        }
        self.spins()
    }

    pub(crate) fn poll_ends(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
        let mut state = self.lock();
        state.polling = None;
        let took = state.poll_began.take().map_or(Duration::ZERO, |began| began.elapsed());
        if took >= A_LONG_POLL {
            state.in_long_polls += took;
        }
    }

    /// How much real time the polls took in which the thread may have slept.
    pub(crate) fn in_long_polls(&self) -> Duration {
        self.lock().in_long_polls
    }

    /// A sign of life from within a call that polls by itself.
    pub(crate) fn goes_on(&self) {
        self.signs_from_within.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were. Those of a call that goes on without end are not counted any more.
    pub(crate) fn signs_from_within(&self) -> u64 {
        self.signs_from_within.load(Ordering::Relaxed).min(POLLS_AT_ONE_INSTANT)
    }

    pub(crate) fn spins(&self) -> bool {
        self.spins.load(Ordering::Relaxed)
    }

    /// Who was polled most often since the clock last moved.
    pub(crate) fn spinner(&self) -> Option<Who> {
        let state = self.lock();
        state.at_this_instant.iter().max_by_key(|(_, polls)| **polls).map(|(who, _)| *who)
    }

    #[cfg(tokio_unstable)]
    pub(crate) fn spawned(&self, id: u64, spawned_at: &'static Location<'static>) {
        let mut state = self.lock();
        state.spawned += 1;
        state.tasks.insert(id, Task { spawned_at, polls: 0, last_poll: None });
    }

    #[cfg(tokio_unstable)]
    pub(crate) fn terminated(&self, id: u64) {
        self.lock().tasks.remove(&id);
    }

    /// How often the future that the check waits for was polled.
    pub(crate) fn root_polls(&self) -> u64 {
        self.lock().root_polls
    }

    /// The function that the check is about has returned, at the last sign of life.
    pub(crate) fn returned(&self) {
        let now = self.now();
        self.lock().returned = Some(now);
    }

    /// When it did, if the check says it.
    pub(crate) fn when_returned(&self) -> Option<Duration> {
        self.lock().returned
    }

    /// The code of a waker begins, or has ended. Returns what was before.
    pub(crate) fn in_a_waker(&self, moment: Option<Moment>) -> Option<Moment> {
        std::mem::replace(&mut self.lock().in_a_waker, moment)
    }

    /// What calls the code that runs now, if a waker does.
    pub(crate) fn waker(&self) -> Option<Moment> {
        self.lock().in_a_waker
    }

    /// When there were polls, and how many.
    pub(crate) fn polls(&self) -> Polls {
        self.lock().polls.clone()
    }

    /// How many tasks were spawned, ended or not.
    pub(crate) fn tasks_spawned(&self) -> usize {
        self.lock().spawned
    }

    /// Where the code of this thread runs that belongs to the run.
    pub(crate) fn here(&self) -> On {
        match self.polling() {
            _ if thread::current().id() != self.thread => On::ThreadOfThePool,
            Some(Who::Root | Who::Caller) => On::TheRun,
            // Without tokio's hooks nobody tells that a task is polled.
            Some(Who::Task(_)) | None => On::Task,
        }
    }

    /// Whose poll is going on.
    pub(crate) fn polling(&self) -> Option<Who> {
        self.lock().polling
    }

    /// The tasks that have not ended, in the order in which they were spawned.
    pub(crate) fn tasks(&self) -> Vec<(u64, Task)> {
        self.lock().tasks.iter().map(|(id, task)| (*id, task.clone())).collect()
    }

    pub(crate) fn panicked(&self, panic: Panic) {
        self.lock().panics.push(panic);
    }

    pub(crate) fn panics(&self) -> Vec<Panic> {
        self.lock().panics.clone()
    }

    /// Nothing of the learner's runs under this lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = crate::stuck_at::from_workspace(self.spawned_at.file());
        write!(f, "the task spawned at {place}:{}", self.spawned_at.line())?;
        match self.last_poll {
            None => f.write_str(", never polled"),
            Some(at) => {
                let times = if self.polls == 1 { "once".to_owned() } else { format!("{} times", self.polls) };
                write!(f, ", polled {times}, last at {:.3} s", at.as_secs_f64())
            }
        }
    }
}
