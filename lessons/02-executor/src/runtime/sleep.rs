//! Sleeping: the future that sets a timer.

use std::{
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

/// A future that is ready at its deadline. It is `Send`, but only the runtime that made it can
/// run it.
#[derive(Debug)]
#[must_use = "a sleep that nobody awaits does not sleep"]
pub struct Sleep {
    deadline: u64,
    executor: u32,
    timer: Option<TimerKey>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.state(context.waker()) {
            State::Over => {
                ready!(coop::spend(context));
                return Poll::Ready(());
            }
            State::WakesUs => {}
            State::NeedsTimer if self.deadline == NEVER => {}
            State::NeedsTimer => self.set_timer(context.waker().clone()),
        }
        Poll::Pending
    }
}

enum State {
    Over,
    /// A timer is set, and has the waker of this poll.
    WakesUs,
    /// None is set, or it wakes whoever polled last.
    NeedsTimer,
}

impl Sleep {
    #[track_caller]
    fn new(function: &str, deadline: impl FnOnce(u64) -> u64) -> Self {
        Executor::with(function, |executor| {
            let now = executor.core.borrow_mut().read_clock();
            Self { deadline: deadline(now), executor: executor.number, timer: None }
        })
    }

    fn state(&self, waker: &Waker) -> State {
        self.at_home(|core| match self.timer {
            Some(timer) => match core.timers.get(timer) {
                None => State::Over,
                Some(set) if set.will_wake(waker) => State::WakesUs,
                Some(_) => State::NeedsTimer,
            },
            // The clock was read when the sleep was made. If the deadline has come since, the
            // timer fires at the next look.
            None if core.last_read >= self.deadline => State::Over,
            None => State::NeedsTimer,
        })
    }

    fn set_timer(&mut self, waker: Waker) {
        let (timer, former) = self.at_home(|core| match self.timer {
            Some(timer) => (timer, core.timers.rewire(timer, waker)),
            None => {
                let timer = core.timers.insert(self.deadline, waker);
                core.note_timer(Event::TimerSet, timer);
                (timer, None)
            }
        });
        self.timer = Some(timer);
        drop(former);
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
        let Some(timer) = self.timer else { return };
        let waker = Executor::try_with(|executor| {
            // In another runtime the key means another timer. At home, and after the end, the
            // timer went with the rest.
            if executor.number != self.executor {
                return None;
            }
            let mut core = executor.core.borrow_mut();
            let waker = core.timers.remove(timer)?;
            core.note_timer(Event::TimerDropped, timer);
            Some(waker)
        });
        drop(waker);
    }
}
