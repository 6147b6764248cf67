//! What a check asks of a run that has ended.

use std::time::Duration;

use mock_llm::{CallKind, Journal};
use timeline::Timeline;

use verdict::{Outcome, Record};

use crate::{
    check_function::Reporter,
    left::Left,
    message::{Message, saw},
    panics::Told,
    polls::{Looks, Polls},
    pulse::Panic,
    report::{self, Failure},
    slow::Time,
};

/// A run of the learner's code that has ended.
#[derive(Debug)]
pub struct Finished<T> {
    pub(crate) value: T,
    pub(crate) run: Run,
}

/// All of a finished run but its value: the part that is compiled once, and not again for every type that a learner's
/// function returns.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) check: Reporter,
    pub(crate) elapsed: Duration,
    pub(crate) journal: Journal,
    pub(crate) yours: Timeline,
    pub(crate) expected: Option<Timeline>,
    pub(crate) polls: u64,
    pub(crate) when_polled: Polls,
    /// When the function returned that the check is about.
    pub(crate) ended: Duration,
    /// `None`: no call was made, so nothing can be said.
    pub(crate) looks: Option<Looks>,
    /// How many timers of their own the exercise and the check need.
    pub(crate) timers: usize,
    pub(crate) left: Left,
    pub(crate) never_dropped: usize,
    /// A panic of the learner's code after which the run has gone on: in a task, on a thread, or one that was caught. Nobody
    /// sees it but here.
    pub(crate) panic: Option<Panic>,
    pub(crate) tasks_spawned: usize,
    pub(crate) real_time: Duration,
    pub(crate) in_long_polls: Duration,
}

impl<T> Finished<T> {
    /// What the learner's code returned.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The same, to keep.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The same run, with something else as its value: what the check wants of it.
    pub fn map<U>(self, want: impl FnOnce(T) -> U) -> Finished<U> {
        Finished { value: want(self.value), run: self.run }
    }

    /// How much virtual time the run took.
    pub fn elapsed(&self) -> Duration {
        self.run.elapsed
    }

    /// How long the run took on the clock of the machine. For the *words* of a message, never for its verdict: code that holds
    /// its thread for a second needs at least a second of this, and none of [`elapsed`](Self::elapsed).
    pub fn real_time(&self) -> Duration {
        self.run.real_time
    }

    /// The journal of the first mock that the check draws, as it stood when the run ended. Empty without a mock.
    pub fn journal(&self) -> &Journal {
        &self.run.journal
    }

    /// How often the future that the check waits for was polled.
    pub fn polls(&self) -> u64 {
        self.run.polls
    }

    /// How often the tasks were polled that were spawned, those that have ended too. 0 without `--cfg tokio_unstable`.
    pub fn polls_of_tasks(&self) -> u64 {
        self.run.when_polled.by_tasks()
    }

    /// How many tasks had not ended when the learner's function had returned, and everything had run that was ready to:
    /// a task that was aborted is not one of them.
    pub fn tasks_left(&self) -> usize {
        self.run.left.tasks
    }

    /// How many calls were still in flight at that moment: those of [`tasks_left`](Self::tasks_left), and those of futures that
    /// the returned value holds.
    pub fn calls_left(&self) -> usize {
        self.run.left.calls.len()
    }

    /// How many calls were in flight when the runtime and all its tasks were gone: futures that nobody drops, because they
    /// were leaked or because the returned value holds them.
    pub fn calls_never_dropped(&self) -> usize {
        self.run.never_dropped
    }

    /// How many tasks were spawned, ended or not. 0 without `--cfg tokio_unstable`: for the words of a message, not for its
    /// verdict.
    pub fn tasks_spawned(&self) -> usize {
        self.run.tasks_spawned
    }

    /// The run must take exactly this long, in virtual time. `because` says why the machine takes as long as it does, where
    /// the journal has no better reason: a guard that is held across the calls, a time in which nothing is called, another
    /// clock.
    ///
    /// Who looks again and again on a timer may meet the time by luck. So the run must also wait as
    /// [`only_looks_when_woken`](Self::only_looks_when_woken) says, with as many timers as
    /// [`Check::timers`](crate::Check::timers) allows.
    ///
    /// # Panics
    /// With a message, where it takes longer ([`Outcome::TooSlow`]) or not as long ([`Outcome::Wrong`]), or looks again and
    /// again ([`Outcome::BusyLoop`]).
    #[track_caller]
    pub fn takes(&self, wanted: Duration, because: &str) {
        self.run.takes(wanted, because);
    }

    /// The learner's futures are polled when a call has come on, and not in between to look whether one has. `timers` is how
    /// many timers of their own the exercise and the check need: a timeout, the pause before a retry.
    ///
    /// It goes by the journals of the mocks that the check draws. A run without a call says nothing, and passes. Give the
    /// calls latencies that no loop meets by luck: [`odd`](crate::odd).
    ///
    /// ```should_panic
    /// use harness::{Check, odd, secs};
    /// use mock_llm::{MockLlm, Model};
    ///
    /// let llm = MockLlm::new([Model::new("atlas").time_to_first_token(odd(0))]);
    /// let run = Check::new().draws(&llm).run(async || {
    ///     let call = tokio::spawn(llm.complete("Hello"));
    ///     while !call.is_finished() {
    ///         tokio::time::sleep(secs(0.001)).await;
    ///     }
    /// });
    /// run.only_looks_when_woken(0);
    /// ```
    ///
    /// # Panics
    /// With a message, where there were polls in vain: [`Outcome::BusyLoop`].
    #[track_caller]
    pub fn only_looks_when_woken(&self, timers: usize) {
        self.run.only_looks_when_woken(timers);
    }

    /// Each reply was taken at the instant at which it was there. Who polls every call once, and then awaits them in turn, lets
    /// the others lie meanwhile: the mock brings such a reply all the same, in one step, and a real client does not.
    ///
    /// It goes by the calls that gave a whole reply in one piece. A stream may be read at leisure.
    ///
    /// ```should_panic
    /// use futures::{future::join_all, poll};
    /// use harness::{Check, secs};
    /// use mock_llm::{MockLlm, Model};
    ///
    /// let models = [Model::new("atlas").time_to_first_token(secs(1.0)), Model::new("birch").time_to_first_token(secs(0.4))];
    /// let llm = MockLlm::new(models);
    /// let run = Check::new().draws(&llm).run(async || {
    ///     let mut calls = ["atlas", "birch"].map(|model| Box::pin(llm.model(model).complete("Hello")));
    ///     for call in &mut calls {
    ///         let _ = poll!(call);
    ///     }
    ///     for call in calls {
    ///         call.await?;
    ///     }
    ///     Ok::<(), mock_llm::Error>(())
    /// });
    /// // birch was done at 0.4 s, and nobody polled it before atlas was.
    /// run.takes_each_reply_when_it_is_there();
    /// ```
    ///
    /// # Panics
    /// With a message that names the first reply that was left lying.
    #[track_caller]
    pub fn takes_each_reply_when_it_is_there(&self) {
        self.run.takes_each_reply_when_it_is_there();
    }

    /// When the function returns, its tasks have ended or were aborted, and its calls are over.
    ///
    /// # Panics
    /// With a message that names what is left, by the line that spawned it.
    #[track_caller]
    pub fn leaves_nothing_behind(&self) {
        if let Some(fault) = self.run.left.fault() {
            self.fail(fault);
        }
    }

    /// What the check is about is there to be judged. Where it is not, another check says what is wrong, and this one neither
    /// passes nor fails: replies that come one after another are in the right order, and that says nothing. `why` tells a
    /// learner what was missing: a sentence.
    ///
    /// ```no_run
    /// # use harness::{Check, secs};
    /// let run = Check::new().run(async || ());
    /// run.premise(run.journal().high_water() > 1, "The calls do not overlap, so they cannot overtake each other.");
    /// ```
    ///
    /// # Panics
    /// Where it does not hold: the check ends there.
    #[track_caller]
    pub fn premise(&self, holds: bool, why: &str) {
        if !holds {
            not_judged(&self.run.check, why);
        }
    }

    /// Why the calls of this run took longer than they need together, where the journal tells: another clock, a guard or a
    /// permit that is held across a call, a limit, calls in turn. A sentence or two for the "why" of a check that has its own
    /// way to ask for the time; [`takes`](Self::takes) says it by itself where its `because` is too general.
    pub fn why_slow(&self) -> Option<String> {
        let time = self.run.time();
        let known = time.on_another_clock().or_else(|| time.behind_a_lock()).or_else(|| time.limited());
        known.or_else(|| time.in_turn())
    }

    /// Something must hold.
    ///
    /// # Panics
    /// With the message, where it does not.
    #[track_caller]
    pub fn require(&self, holds: bool, message: Message) {
        if !holds {
            self.fail(message);
        }
    }

    /// Fails the check.
    ///
    /// # Panics
    /// Always, with the message.
    #[track_caller]
    pub fn fail(&self, message: Message) -> ! {
        self.run.fail(message)
    }
}

impl Run {
    fn takes(&self, wanted: Duration, because: &str) {
        if self.elapsed == wanted {
            return self.only_looks_when_woken(self.timers);
        }
        // A look that comes a moment too late makes the run longer, and is not the reason.
        let looks = self.looks.as_ref().and_then(|looks| looks.fault(self.timers + 2 * self.journal.calls().len()));
        if let Some(fault) = looks.filter(|_| self.elapsed > wanted) {
            self.fail(fault);
        }
        let (time, too_long) = (self.time(), self.elapsed.saturating_sub(wanted));
        let (outcome, known) = if too_long.is_zero() {
            match time.on_another_clock() {
                Some(known) => (Outcome::Blocked, Some(known)),
                // What the machine's clock says is for the words alone.
                None => (Outcome::Wrong, time.asleep_for_real(wanted)),
            }
        } else {
            (Outcome::TooSlow, time.behind_a_lock().or_else(|| Some(format!("{} {because}", time.asleep(too_long)?))))
        };
        let because = known.as_deref().unwrap_or(because);
        let saw = saw(format!("the run took {}", seconds(self.elapsed)));
        self.fail(saw.expected(seconds(wanted)).because(because).outcome(outcome))
    }

    fn takes_each_reply_when_it_is_there(&self) {
        // A timer goes by whole milliseconds.
        let tick = Duration::from_millis(1);
        let late = self.journal.finished().find_map(|call| {
            let ((taken, _), there) = (call.ended.as_ref()?, *call.produced.last()?);
            (call.kind == CallKind::Complete && *taken >= there + tick).then_some((call, there, *taken))
        });
        let Some((call, there, taken)) = late else { return };
        let reply = format!("the reply of {} to {:?}", call.model, call.prompt);
        self.fail(
            saw(format!("{reply} was there at {}, and your code came back for it at {}", seconds(there), seconds(taken)))
                .expected("each reply to be taken at the instant at which it is there")
                .because(
                    "The first poll of a call only begins it, and it goes on only when it is polled again. Whoever polls each \
                     call once, and then waits for one of them, leaves the others lying. A real client needs many polls, to \
                     connect, to send and to read: all its calls but one would stand still. Make one future of them all that \
                     polls whichever is woken.",
                )
                .outcome(Outcome::TooSlow),
        );
    }

    fn time(&self) -> Time<'_> {
        Time {
            journal: &self.journal,
            polls: &self.when_polled,
            tasks_spawned: self.tasks_spawned,
            in_long_polls: self.in_long_polls,
            elapsed: self.elapsed,
            ended: self.ended,
        }
    }

    fn only_looks_when_woken(&self, timers: usize) {
        if let Some(fault) = self.looks.as_ref().and_then(|looks| looks.fault(timers)) {
            self.fail(fault);
        }
    }

    fn fail(&self, message: Message) -> ! {
        let message = match &self.panic {
            Some(panic) => message.and_a_panic(panic),
            None => message,
        };
        fail(Failure {
            check: self.check.clone(),
            message,
            yours: Some(self.yours.clone()),
            expected: self.expected.clone(),
            place: None,
            place_sought: false,
        })
    }
}

/// Tells the failure and leaves the check.
pub(crate) fn fail(failure: Failure) -> ! {
    failure.tell();
    std::panic::panic_any(Told)
}

/// Says that a check has nothing to judge, and leaves it.
fn not_judged(check: &Reporter, why: &str) -> ! {
    report::write(check, Record::NotJudged { why: why.to_owned() });
    eprintln!("not judged: {}\n{why}", check.name);
    std::panic::panic_any(Told)
}

/// `1.000 s`, to the millisecond that the story counts in; more digits only where there are more.
pub(crate) fn seconds(duration: Duration) -> String {
    if duration.subsec_nanos().is_multiple_of(1_000_000) {
        format!("{:.3} s", duration.as_secs_f64())
    } else {
        format!("{:.6} s", duration.as_secs_f64())
    }
}
