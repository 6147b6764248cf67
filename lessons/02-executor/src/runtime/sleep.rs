//! Sleeping: the future that sets a timer.

use std::{
    num::NonZero,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use super::{
    coop,
    executor::{Core, Executor},
    recorder::Event,
    timers::{NEVER, TimerKey, nanos},
};

/// Waits for a duration, counted from this call and not from the first poll. Zero is ready at once.
///
/// Dropping the future takes its timer away.
///
/// ```
/// use lesson_02_executor::runtime::{Builder, now, sleep};
/// use std::time::Duration;
///
/// let second = Duration::from_secs(1);
/// Builder::new().virtual_clock().build().block_on(async {
///     let (first, other) = (sleep(second), sleep(second));
///     first.await;
///     other.await;
///     assert_eq!(now(), second, "both were counting from the start");
/// });
/// ```
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::new("sleep", |now| now.saturating_add(nanos(duration)))
}

/// Waits until [`now`](super::now) has reached `deadline`. Ready at once when it has.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn sleep_until(deadline: Duration) -> Sleep {
    Sleep::new("sleep_until", |_now| nanos(deadline))
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
    #[track_caller]
    fn new(function: &str, deadline: impl FnOnce(u64) -> u64) -> Self {
        Executor::with(function, |executor| {
            let now = executor.core.borrow_mut().read_clock();
            Self { deadline: deadline(now), executor: executor.number, timer: None }
        })
    }

    fn is_over(&self) -> bool {
        self.at_home(|core| match self.key() {
            Some(key) => core.timers.get(key).is_none(),
            // The clock was read when the sleep was made. If the deadline has come since, the timer fires at the next look.
            None => core.last_read >= self.deadline,
        })
    }

    fn wakes(&self, waker: &Waker) -> bool {
        let Some(key) = self.key() else { return false };
        self.at_home(|core| core.timers.get(key).is_some_and(|set| set.will_wake(waker)))
    }

    fn set_timer(&mut self, waker: Waker) {
        let (key, former) = self.at_home(|core| match self.key() {
            Some(key) => (key, core.timers.rewire(key, waker)),
            None => {
                let key = core.timers.insert(self.deadline, waker);
                core.note_timer(Event::TimerSet, key);
                (key, None)
            }
        });
        self.timer = Some(key.1);
        drop(former);
    }

    fn key(&self) -> Option<TimerKey> {
        Some((self.deadline, self.timer?))
    }

    fn at_home<R>(&self, work: impl FnOnce(&mut Core) -> R) -> R {
        Executor::with("Sleep::poll", |executor| {
            assert_eq!(
                executor.number, self.executor,
                "a sleep was polled by a runtime that did not make it"
            );
            work(&mut executor.core.borrow_mut())
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(key) = self.key() else { return };
        let waker = Executor::try_with(|executor| {
            // In another runtime the key means another timer. At home, and after the end, the timer went with the rest.
            if executor.number != self.executor {
                return None;
            }
            let mut core = executor.core.borrow_mut();
            let waker = core.timers.remove(key)?;
            core.note_timer(Event::TimerDropped, key);
            Some(waker)
        });
        drop(waker);
    }
}
