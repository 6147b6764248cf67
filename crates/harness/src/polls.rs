//! When the learner's futures were polled, and whether there was something to see.
//!
//! On the clock of a run everything that happens has an exact instant. A call that comes on wakes whoever waits for it at
//! that instant, and all that this sets going happens at the same instant, too. So a poll at an instant at which no call has
//! begun, come on or ended was asked for by a timer: the one of a timeout, perhaps, or that of a loop that looks.

use std::{collections::BTreeMap, time::Duration};

use mock_llm::Journal;
use verdict::Outcome;

use crate::{
    finished::seconds,
    message::{Message, saw},
};

/// A loop that looks every millisecond may run for ten minutes. This is enough to see it.
const KEPT: usize = 50_000;

/// tokio's timers go by whole milliseconds: who waits for something that comes between two of them is woken at the second.
const ONE_TICK: Duration = Duration::from_millis(1);

/// More polls at one instant than futures need that are woken by what happens there: the caller's and each task's, with
/// some for what hands things on between them, and a few for each call that begins or ends.
const AT_ONE_INSTANT: usize = 16;
const FOR_EACH_EVENT: usize = 8;

/// How many polls there were at each instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Polls {
    at: BTreeMap<Duration, Count>,
    by_tasks: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    all: usize,
    /// Without the first of each task: a task that is aborted is polled once more, and a thousand may be at one instant.
    again: usize,
}

impl Polls {
    pub(crate) fn begins(&mut self, at: Duration, by_task: bool, is_first: bool) {
        self.by_tasks += u64::from(by_task);
        if self.at.len() < KEPT || self.at.contains_key(&at) {
            let count = self.at.entry(at).or_default();
            count.all += 1;
            count.again += usize::from(!is_first);
        }
    }

    /// How many polls there were at this instant.
    pub(crate) fn at(&self, at: Duration) -> usize {
        self.at.get(&at).map_or(0, |count| count.all)
    }

    /// How often tasks were polled, those that have ended too.
    pub(crate) fn by_tasks(&self) -> u64 {
        self.by_tasks
    }
}

/// What there was to see, and when it was looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looks {
    /// The instants of all polls at which nothing had come on.
    idle: Vec<Duration>,
    /// The instant at which there were too many polls, how many, and how many events.
    crowded: Option<(Duration, usize, usize)>,
}

impl Looks {
    /// `None` where nothing can be said: no call was made.
    pub(crate) fn of(polls: &Polls, journals: &[Journal]) -> Option<Self> {
        let mut events: Vec<Duration> = journals.iter().flat_map(Journal::calls).flat_map(instants).collect();
        if events.is_empty() {
            return None;
        }
        events.sort_unstable();
        let between = |from: Duration, to: Duration| {
            events.partition_point(|&event| event <= to) - events.partition_point(|&event| event < from)
        };
        let mut looks = Self::default();
        for (&at, &count) in &polls.at {
            let from = at.checked_sub(ONE_TICK).map_or(Duration::ZERO, |tick| tick + Duration::from_nanos(1));
            let seen = between(from, at);
            if seen == 0 && !at.is_zero() {
                looks.idle.push(at);
            }
            if count.again > AT_ONE_INSTANT + FOR_EACH_EVENT * seen && looks.crowded.is_none() {
                looks.crowded = Some((at, count.all, seen));
            }
        }
        Some(looks)
    }

    /// What is wrong with a run that needs at most so many timers of its own.
    pub(crate) fn fault(&self, timers: usize) -> Option<Message> {
        if self.idle.len() > timers {
            return Some(self.looks_again_and_again());
        }
        let (at, polls, events) = self.crowded?;
        let seen = match events {
            0 => "no call had come on".to_owned(),
            1 => "one call had begun, come on or ended".to_owned(),
            events => format!("calls had begun, come on or ended {events} times"),
        };
        let message = saw(format!("{polls} polls at {}, when {seen}", seconds(at)));
        let because = "A future that says `Pending` and wakes itself at once is polled again at once, and nothing has \
                       changed. Who waits leaves the waker with the one that will bring the answer, and sleeps.";
        Some(
            message
                .expected("a poll when something has come, and none in vain")
                .because(because)
                .outcome(Outcome::BusyLoop),
        )
    }

    fn looks_again_and_again(&self) -> Message {
        const SHOWN: usize = 3;
        let shown: Vec<String> = self.idle.iter().take(SHOWN).map(|&at| seconds(at)).collect();
        let more = if self.idle.len() > SHOWN { " …" } else { "" };
        let count = self.idle.len();
        let instants = if count == 1 { "one instant".to_owned() } else { format!("{count} instants") };
        let rhythm = self.rhythm().map(|every| {
            format!(" A timer wakes your code every {}, to look whether something has come.", timeline::instant(every))
        });
        let rhythm = rhythm.as_deref().unwrap_or(" A timer wakes your code, to look whether something has come.");
        saw(format!("polls at {instants} at which no call had come on: {}{more}", shown.join(", ")))
            .expected("polls only when a call has come on")
            .because(format!(
                "Your code looks again and again.{rhythm} A future that is `.await`ed needs no look: the answer wakes it at \
                 the very instant at which it comes. Who looks on a timer works for nothing in between, and sees the \
                 answer late."
            ))
            .outcome(Outcome::BusyLoop)
    }

    /// The time between two looks, where it is always the same.
    fn rhythm(&self) -> Option<Duration> {
        let mut steps: Vec<Duration> = self.idle.windows(2).map(|pair| pair[1] - pair[0]).collect();
        steps.sort_unstable();
        let usual = *steps.get(steps.len() / 2)?;
        let alike = steps.iter().filter(|&&step| step == usual).count();
        (alike * 2 > steps.len()).then_some(usual)
    }
}

/// When a call began, came on and ended. Its first token is the first that was produced.
fn instants(call: &mock_llm::Call) -> impl Iterator<Item = Duration> {
    let begun = call.begun.filter(|begun| *begun != call.started);
    let ended = call.ended.as_ref().map(|(at, _)| *at).filter(|at| call.produced.last() != Some(at));
    [Some(call.started), begun, ended].into_iter().flatten().chain(call.produced.iter().copied())
}
