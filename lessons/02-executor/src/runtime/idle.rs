//! What the loop does when it does not poll: it looks who has been woken from outside, and it waits.

use std::{mem, thread, time::Duration};

use super::{
    deadlock::Deadlock,
    executor::Executor,
    recorder::{Event, WokenBy},
    tasks::TaskId,
    timers::Clock,
};

/// How long the real clock is quiet before the loop asks whether anybody is left who could wake a task.
const QUIET: Duration = Duration::from_secs(1);

impl Executor {
    /// Queues the tasks that other threads woke, and those whose timers are due.
    pub(super) fn look(&self) {
        let news = self.inbox.take();
        for timer in news.given_up {
            let waker = self.give_up(timer);
            drop(waker);
        }
        for id in news.woken {
            let mut core = self.core.borrow_mut();
            if let Some(shared) = core.tasks.shared(id) {
                shared.left_inbox();
            }
            core.waker_is = WokenBy::AnotherThread;
            core.schedule(id);
        }
        let mut core = self.core.borrow_mut();
        if core.timers.len() == 0 {
            return;
        }
        let now = core.read_clock();
        core.waker_is = WokenBy::Timer;
        while let Some((key, waker)) = core.timers.pop_due(now) {
            core.note_timer(Event::TimerFired, key);
            // A waker may be a combinator's, and do anything: the rule is that nothing is borrowed meanwhile.
            drop(core);
            waker.wake();
            core = self.core.borrow_mut();
        }
    }

    /// The queue is empty: waits until it is not.
    pub(super) fn wait(&self, main: TaskId) -> Result<(), Deadlock> {
        self.look();
        let mut core = self.core.borrow_mut();
        // The inbox once more: the wakers that `look` has called may be foreign, and such a waker may park. It would have
        // taken the `unpark` that tells of something new. From here to the park, no foreign code runs.
        if !core.queue.is_empty() || self.inbox.is_filled() {
            return Ok(());
        }
        let next_deadline = core.timers.next_deadline();
        match (&mut core.clock, next_deadline) {
            (Clock::Virtual(now), Some(deadline)) => {
                let from = mem::replace(now, deadline);
                core.note(Event::ClockJumped { from: Duration::from_nanos(from) }, None);
            }
            (Clock::Virtual(_), None) => return Err(core.deadlock(main)),
            (Clock::Real(_), Some(deadline)) => {
                let pause = Duration::from_nanos(deadline.saturating_sub(core.clock.now()));
                core.note(Event::Parked, None);
                drop(core);
                thread::park_timeout(pause);
                self.core.borrow_mut().read_clock();
            }
            (Clock::Real(start), None) => {
                let start = *start;
                let asleep = start.elapsed();
                core.note(Event::Parked, None);
                drop(core);
                thread::park_timeout(QUIET);
                let mut core = self.core.borrow_mut();
                core.read_clock();
                if start.elapsed() - asleep >= QUIET
                    && core.nobody_can_wake()
                    && !self.inbox.is_filled()
                {
                    return Err(core.deadlock(main));
                }
            }
        }
        Ok(())
    }
}
