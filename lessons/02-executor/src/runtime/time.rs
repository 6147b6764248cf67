//! Sleeping: who is to be woken when, on a clock that is real or virtual.
//!
//! The virtual clock stands still while anything can run. When nothing can, it jumps to the next deadline: an hour's wait
//! takes no time, and every run gives the same instants. All instants are nanoseconds since the runtime began, so that the
//! two clocks are read alike.

use std::{
    collections::BTreeMap,
    mem,
    num::NonZero,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::{Duration, Instant},
};

use super::{
    coop,
    executor::{Core, Executor},
    recorder::Event,
};

pub(super) enum Clock {
    Real(Instant),
    Virtual(u64),
}

impl Clock {
    pub(super) fn now(&self) -> u64 {
        match self {
            Self::Real(start) => nanos(start.elapsed()),
            Self::Virtual(now) => *now,
        }
    }
}

/// Too far away to count: 584 years. A sleep until then sets no timer and never ends.
const NEVER: u64 = u64::MAX;

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}

/// When a timer is due, and its number. Timers of one deadline fire in the order they were set.
pub(super) type TimerKey = (u64, NonZero<u64>);

/// The timers, soonest first.
///
/// The fourth stage keeps them in a heap. A heap cannot give up an entry in its middle, so the timer of a dropped sleep
/// stays behind. An ordered map can; it costs a little more for each timer and nothing for each timeout that did not fire.
#[derive(Default)]
pub(super) struct Timers {
    by_deadline: BTreeMap<TimerKey, Waker>,
    set: u64,
}

impl Timers {
    fn insert(&mut self, deadline: u64, waker: Waker) -> TimerKey {
        let key = (deadline, NonZero::<u64>::MIN.saturating_add(self.set));
        self.set += 1;
        self.by_deadline.insert(key, waker);
        key
    }

    /// Changes whom a timer wakes. `None` if it has fired.
    fn rewire(&mut self, key: TimerKey, waker: Waker) -> Option<Waker> {
        Some(mem::replace(self.by_deadline.get_mut(&key)?, waker))
    }

    pub(super) fn pop_due(&mut self, now: u64) -> Option<(TimerKey, Waker)> {
        let first = self.by_deadline.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove_entry())
    }

    pub(super) fn next_deadline(&self) -> Option<u64> {
        self.keys().next().map(|(deadline, _)| deadline)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_deadline.is_empty()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = TimerKey> {
        self.by_deadline.keys().copied()
    }

    pub(super) fn remove_all(&mut self) -> impl Iterator<Item = Waker> + use<> {
        mem::take(&mut self.by_deadline).into_values()
    }
}

/// Waits for a duration, counted from this call and not from the first poll. Zero is ready at once.
///
/// Dropping the future takes its timer away.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Executor::with("sleep", |executor| {
        let now = executor.core.borrow_mut().read_clock();
        Sleep { deadline: now.saturating_add(nanos(duration)), executor: executor.number, timer: None }
    })
}

/// Waits until [`now`](super::now) has reached `deadline`. Ready at once when it has.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn sleep_until(deadline: Duration) -> Sleep {
    Executor::with("sleep_until", |executor| Sleep {
        deadline: nanos(deadline),
        executor: executor.number,
        timer: None,
    })
}

/// A future that is ready at its deadline. It is `Send`, but only the runtime that made it can run it.
#[derive(Debug)]
#[must_use = "a sleep that nobody awaits does not sleep"]
pub struct Sleep {
    deadline: u64,
    executor: u64,
    timer: Option<NonZero<u64>>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_over() {
            ready!(coop::spend(context));
            return Poll::Ready(());
        }
        if self.deadline != NEVER && !self.wakes(context.waker()) {
            self.set_timer(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Sleep {
    fn is_over(&self) -> bool {
        self.at_home(|core| match self.key() {
            // The timer is taken away when it fires.
            Some(key) => !core.timers.by_deadline.contains_key(&key),
            // `sleep` read the clock a moment ago. If the deadline has come since, the timer fires at the next look.
            None => core.last_read >= self.deadline,
        })
    }

    fn wakes(&self, waker: &Waker) -> bool {
        let Some(key) = self.key() else { return false };
        self.at_home(|core| core.timers.by_deadline.get(&key).is_some_and(|set| set.will_wake(waker)))
    }

    fn set_timer(&mut self, waker: Waker) {
        let former = self.at_home(|core| match self.key() {
            Some(key) => (key, core.timers.rewire(key, waker)),
            None => {
                let key = core.timers.insert(self.deadline, waker);
                core.note_timer(Event::TimerSet, key);
                (key, None)
            }
        });
        self.timer = Some(former.0.1);
    }

    fn key(&self) -> Option<TimerKey> {
        Some((self.deadline, self.timer?))
    }

    fn at_home<R>(&self, work: impl FnOnce(&mut Core) -> R) -> R {
        Executor::with("Sleep::poll", |executor| {
            assert_eq!(executor.number, self.executor, "a sleep was polled by a runtime that did not make it");
            work(&mut executor.core.borrow_mut())
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(key) = self.key() else { return };
        // On another thread, or after the runtime's end, there is no timer that could be reached.
        let waker = Executor::try_with(|executor| {
            let mut core = executor.core.borrow_mut();
            let waker = core.timers.by_deadline.remove(&key).filter(|_| executor.number == self.executor)?;
            core.note_timer(Event::TimerDropped, key);
            Some(waker)
        });
        drop(waker);
    }
}
