//! Sleeping: the future that sets a timer.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use super::{
    coop,
    executor::{Core, Executor},
    recorder::Event,
    timers::{TimerKey, nanos},
    waker::Inbox,
};

/// Waits for a duration, counted from this call and not from the first poll. Zero is ready at once.
///
/// Dropping the future takes its timer away. `Duration::MAX` is for ever.
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
/// run it. It may be dropped anywhere.
#[must_use = "a sleep that nobody awaits does not sleep"]
pub struct Sleep {
    deadline: u64,
    /// Tells which runtime is its home, and takes the news when it is dropped on another thread.
    home: Arc<Inbox>,
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
            let home = Arc::clone(&executor.inbox);
            Self { deadline: deadline(now), home, timer: None }
        })
    }

    fn state(&self, waker: &Waker) -> State {
        self.at_home(|core| match self.timer.and_then(|timer| core.timers.get(timer)) {
            Some(set) if set.will_wake(waker) => State::WakesUs,
            Some(_) => State::NeedsTimer,
            // The clock was read when the sleep was made, and before each timer that fired. If
            // the deadline has come since, the timer fires at the next look.
            None if core.last_read >= self.deadline => State::Over,
            // Not polled yet, or polled in an earlier `block_on`, which took all timers with it.
            None => State::NeedsTimer,
        })
    }

    fn set_timer(&mut self, waker: Waker) {
        let set =
            |core: &Core| self.timer.filter(|&timer| core.timers.get(timer).is_some());
        let (timer, former) = self.at_home(|core| match set(core) {
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
            assert!(
                Arc::ptr_eq(&executor.inbox, &self.home),
                "a sleep was polled by a runtime that did not make it"
            );
            work(&mut executor.core.borrow_mut())
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(timer) = self.timer else { return };
        let at_home = Executor::try_with(|executor| {
            // In another runtime the key means another timer.
            Arc::ptr_eq(&executor.inbox, &self.home).then(|| executor.give_up(timer))
        });
        match at_home.flatten() {
            Some(waker) => drop(waker),
            None => self.home.give_up(timer),
        }
    }
}

impl Executor {
    /// Takes a timer away whose sleep was dropped. `None` if it has fired.
    pub(super) fn give_up(&self, timer: TimerKey) -> Option<Waker> {
        let mut core = self.core.borrow_mut();
        let waker = core.timers.remove(timer)?;
        core.note_timer(Event::TimerDropped, timer);
        Some(waker)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deadline = Duration::from_nanos(self.deadline);
        f.debug_struct("Sleep").field("deadline", &deadline).finish_non_exhaustive()
    }
}
