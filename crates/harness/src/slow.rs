//! Why a run takes another time than it should: what the journal of its calls tells, beside the polls.

use std::time::Duration;

use mock_llm::{Call, Journal};

use crate::{finished::seconds, polls::Polls, pulse::A_LONG_POLL};

/// What is known of the time of a run.
#[derive(Debug)]
pub(crate) struct Time<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) polls: &'a Polls,
    pub(crate) tasks_spawned: usize,
    /// On the clock of the machine, in polls that took long.
    pub(crate) in_long_polls: Duration,
    /// On the clock of the run.
    pub(crate) elapsed: Duration,
    /// When the function returned that the check is about.
    pub(crate) ended: Duration,
}

impl Time<'_> {
    /// The calls have ended later than the run: on another clock, the one of the machine.
    pub(crate) fn on_another_clock(&self) -> Option<String> {
        let later = |call: &Call| call.ended.as_ref().is_some_and(|(at, _)| *at > self.elapsed);
        self.journal.finished().any(later).then(|| {
            "The calls took real time, and on the clock of this run none has passed: they ran on another runtime, on a \
             thread of its own (`std::thread::spawn` with a `block_on` in it, a second `Runtime`), and your function held its \
             own thread until they had ended. No other future could run there. A call that waits needs no thread: `.await` \
             it."
                .to_owned()
        })
    }

    /// The time that is missing has passed outside: the thread slept in a poll, or in several. What is shorter than such a
    /// sleep says nothing, for any run takes a few milliseconds.
    pub(crate) fn asleep_for_real(&self, wanted: Duration) -> Option<String> {
        let missing = wanted.saturating_sub(self.elapsed);
        (missing >= A_LONG_POLL && self.in_long_polls >= missing).then(|| {
            "The time has passed on the clock of the machine, and not on that of this run: your code holds its thread while it \
             waits. `std::thread::sleep`, a lock of `std`, `recv()` of a `std` channel or a synchronous client stop the \
             thread, and every other future on it. Use the async form, and `.await` it."
                .to_owned()
        })
    }

    /// All futures have begun, and each waits for what the one before it holds: a guard, or a permit.
    ///
    /// A future that is handed a lock is woken for it, besides the wake for the call that has ended. (So is a stream that has
    /// room for one: the two look alike.) And where tasks stand in line at a lock, all of them are polled at the beginning.
    pub(crate) fn behind_a_lock(&self) -> Option<String> {
        let calls = self.journal.calls();
        if calls.len() < 2 || self.journal.high_water() > 1 {
            return None;
        }
        let handed_over = |pair: &[Call]| pair[0].ended.as_ref().is_some_and(|(ended, _)| *ended == pair[1].started);
        let all_begin = if self.tasks_spawned > 0 {
            self.polls.at(calls[0].started) > 2 && self.tasks_spawned >= calls.len()
        } else {
            calls.windows(2).all(|pair| self.polls.at(pair[1].started) > 1)
        };
        (all_begin && calls.windows(2).all(handed_over)).then(|| {
            "The calls run one after another, and it is not your next line that waits for each of them: something lets them \
             through one by one. A guard (`lock().await`) or a permit that is held across an `.await` keeps everybody else \
             waiting until the call has ended: take what you need out of the lock, and let it go before the call. What is \
             only read needs no lock at all. A stream that has room for one (`buffered(1)`) does the same."
                .to_owned()
        })
    }

    /// No call is in flight for as long as the run takes too long: the longest such time.
    pub(crate) fn asleep(&self, too_long: Duration) -> Option<String> {
        let mut calls: Vec<(Duration, Duration)> = self
            .journal
            .calls()
            .iter()
            .map(|call| (call.started, call.ended.as_ref().map_or(self.ended, |(at, _)| *at)))
            .collect();
        if calls.is_empty() {
            return None;
        }
        calls.sort_unstable();
        let (mut gaps, mut until) = (Vec::new(), Duration::ZERO);
        for (from, to) in calls.into_iter().chain([(self.ended, self.ended)]) {
            if from > until && until < self.ended {
                gaps.push((until, from.min(self.ended)));
            }
            until = until.max(to);
        }
        let total: Duration = gaps.iter().map(|(from, to)| *to - *from).sum();
        let (from, to) = gaps.iter().copied().max_by_key(|(from, to)| *to - *from)?;
        (total >= too_long && !too_long.is_zero()).then(|| {
            format!(
                "From {} to {} no call is in flight: your code waits for something else there, a `sleep` perhaps.",
                seconds(from),
                seconds(to)
            )
        })
    }

    /// Some calls run together, and the others wait for them.
    pub(crate) fn limited(&self) -> Option<String> {
        let (high_water, calls) = (self.journal.high_water(), self.journal.calls().len());
        (1 < high_water && high_water < calls).then(|| {
            format!(
                "Only {high_water} calls are in flight together, of {calls}, and the others wait for them. Nobody asked for a \
                 limit here: a call that waits needs no processor and no thread."
            )
        })
    }

    /// One call after another, and nothing but an `.await` holds the next one up.
    pub(crate) fn in_turn(&self) -> Option<String> {
        let in_turn = self.journal.calls().len() > 1 && self.journal.high_water() == 1;
        in_turn.then(|| match self.tasks_spawned {
            0 => "The calls run one after another. A future does nothing until it is polled, and `.await` polls one future \
                  until it is done: the next call has not even begun by then. Put the futures together into one, and \
                  `.await` that one."
                .to_owned(),
            tasks => format!(
                "The calls run one after another. You spawned {tasks} {}, and a task runs by itself; but each is awaited \
                 before the next one is spawned. Spawn all of them, and await them after that.",
                if tasks == 1 { "task" } else { "tasks" }
            ),
        })
    }
}
