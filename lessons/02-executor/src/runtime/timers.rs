//! Timers: who is to be woken when, on a clock that is real or virtual.
//!
//! The virtual clock stands still while anything can run. When nothing can, it jumps to the next deadline: an hour's wait
//! takes no time, and every run gives the same instants. All instants are nanoseconds since the runtime began, so that the
//! two clocks are read alike.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
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

/// Too far away to count: 584 years. The timer of a sleep until then keeps its waker, and never fires.
pub(super) const NEVER: u64 = u64::MAX;

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}

/// A timer's number, and the place of its waker. Places are used again, numbers are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimerKey {
    number: NonZero<u64>,
    place: u32,
}

/// The timers, in a heap with the soonest on top; of one deadline, the one that was set first.
///
/// As in the fourth stage, a heap cannot give up an entry in its middle. A sleep that is dropped
/// takes away its waker, and the entry stays until it comes to the top, or until half of all
/// entries are such and they are swept out. So a timeout that is not needed costs little, and
/// most are not needed. In place of a hash map the wakers lie in a vector.
#[derive(Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(u64, TimerKey)>>,
    wakers: Wakers,
    set: u64,
}

impl Timers {
    pub(super) fn insert(&mut self, deadline: u64, waker: Waker) -> TimerKey {
        self.set += 1;
        let number = NonZero::new(self.set).expect("a counter that was raised is not zero");
        let key = TimerKey { number, place: self.wakers.insert(number, waker) };
        self.heap.push(Reverse((deadline, key)));
        key
    }

    /// Whom the timer wakes. `None` if it has fired, or was taken away.
    pub(super) fn get(&self, key: TimerKey) -> Option<&Waker> {
        self.wakers.get(key)
    }

    /// Changes whom the timer wakes.
    pub(super) fn rewire(&mut self, key: TimerKey, waker: Waker) -> Option<Waker> {
        self.wakers.place_mut(key)?.waker.replace(waker)
    }

    pub(super) fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        const SMALL: usize = 64;
        let waker = self.wakers.remove(key)?;
        if self.heap.len() > SMALL.max(2 * self.len()) {
            self.heap.retain(|&Reverse((_, key))| self.wakers.get(key).is_some());
        }
        Some(waker)
    }

    /// The first timer, if its deadline has come. It is taken away: that is how a sleep knows
    /// that it is over.
    pub(super) fn pop_due(&mut self, now: u64) -> Option<(TimerKey, Waker)> {
        if self.next_deadline()? > now {
            return None;
        }
        let Reverse((_, key)) = self.heap.pop()?;
        Some((key, self.wakers.remove(key)?))
    }

    pub(super) fn next_deadline(&mut self) -> Option<u64> {
        // A clock that jumped to the deadline of a dropped sleep would jump too far.
        while let Some(&Reverse((deadline, key))) = self.heap.peek() {
            if self.wakers.get(key).is_some() {
                return (deadline != NEVER).then_some(deadline);
            }
            self.heap.pop();
        }
        None
    }

    pub(super) fn len(&self) -> usize {
        self.wakers.places.len() - self.wakers.free.len()
    }

    /// Soonest first, for the recorder.
    pub(super) fn sorted(&self) -> Vec<(u64, TimerKey)> {
        let all = self.heap.iter().map(|&Reverse(timer)| timer);
        let mut sorted: Vec<_> = all.filter(|&(_, key)| self.get(key).is_some()).collect();
        sorted.sort_unstable();
        sorted
    }

    pub(super) fn remove_all(&mut self) -> impl Iterator<Item = Waker> + use<> {
        self.heap.clear();
        mem::take(&mut self.wakers).places.into_iter().filter_map(|place| place.waker)
    }
}

#[derive(Default)]
struct Wakers {
    places: Vec<Place>,
    free: Vec<u32>,
}

struct Place {
    /// The number of the timer that has it, or had it last.
    number: NonZero<u64>,
    waker: Option<Waker>,
}

impl Wakers {
    fn insert(&mut self, number: NonZero<u64>, waker: Waker) -> u32 {
        let place = Place { number, waker: Some(waker) };
        if let Some(free) = self.free.pop() {
            self.places[free as usize] = place;
            return free;
        }
        self.places.push(place);
        u32::try_from(self.places.len() - 1)
            .expect("memory ends before four billion timers")
    }

    fn remove(&mut self, key: TimerKey) -> Option<Waker> {
        let waker = self.place_mut(key)?.waker.take()?;
        self.free.push(key.place);
        Some(waker)
    }

    fn get(&self, key: TimerKey) -> Option<&Waker> {
        let place = self.places.get(key.place as usize)?;
        place.waker.as_ref().filter(|_| place.number == key.number)
    }

    fn place_mut(&mut self, key: TimerKey) -> Option<&mut Place> {
        self.places.get_mut(key.place as usize).filter(|place| place.number == key.number)
    }
}
