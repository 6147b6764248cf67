//! Timers: who is to be woken when, on a clock that is real or virtual.
//!
//! The virtual clock stands still while anything can run. When nothing can, it jumps to the next deadline: an hour's wait
//! takes no time, and every run gives the same instants. All instants are nanoseconds since the runtime began, so that the
//! two clocks are read alike.

use std::{
    collections::BTreeMap,
    mem,
    num::NonZero,
    task::Waker,
    time::{Duration, Instant},
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
pub(super) const NEVER: u64 = u64::MAX;

pub(super) fn nanos(duration: Duration) -> u64 {
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
    pub(super) fn insert(&mut self, deadline: u64, waker: Waker) -> TimerKey {
        let key = (deadline, NonZero::<u64>::MIN.saturating_add(self.set));
        self.set += 1;
        self.by_deadline.insert(key, waker);
        key
    }

    /// Changes whom a timer wakes. `None` if it has fired.
    pub(super) fn rewire(&mut self, key: TimerKey, waker: Waker) -> Option<Waker> {
        Some(mem::replace(self.by_deadline.get_mut(&key)?, waker))
    }

    pub(super) fn get(&self, key: TimerKey) -> Option<&Waker> {
        self.by_deadline.get(&key)
    }

    pub(super) fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        self.by_deadline.remove(&key)
    }

    /// The first timer, if its deadline has come. It is taken away: that is how a sleep knows that it is over.
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
