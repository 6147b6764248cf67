//! How a run of the learner's code is set up.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use mock_llm::{Journal, MockLlm};
use timeline::{Lane, Mark, MarkKind, Recorder, Timeline};
use verdict::Outcome;
use verdict::Record;

use crate::{
    check_function::{self, Reporter},
    finished::{Finished, Run, fail},
    left::Left,
    message::{Message, saw},
    panics,
    polls::Looks,
    pulse::{Panic, Pulse, Who},
    report::{self, Failure},
    runtime::runtime,
    stuck_thread::{Asked, In},
    supervise::{Ending, Learners, Never, Parks, Reason, Stood, Supervise},
    watchdog::Watchdog,
    words::{not_started, why_never, why_stuck},
};

/// More virtual time than any exercise's right answer takes.
const LIMIT: Duration = Duration::from_secs(600);

/// As many timers as an exercise and its check use that say nothing about it: a timeout, and two sleeps.
const TIMERS: usize = 3;

/// One run of the learner's code, about to begin.
///
/// A check may have several. Each begins at virtual time zero, with an empty journal.
#[derive(Debug, Clone)]
#[must_use = "nothing runs until `run` or `by_hand`"]
pub struct Check {
    mocks: Vec<MockLlm>,
    recorder: Option<Recorder>,
    expected: Option<Timeline>,
    limit: Duration,
    timers: usize,
    panic_means: String,
    when_stuck: Option<WhenStuck>,
}

/// What a check knows of a poll or a call that does not return.
#[derive(Clone)]
struct WhenStuck(Arc<dyn Fn(Outcome) -> Option<Message> + Send + Sync>);

impl fmt::Debug for WhenStuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhenStuck")
    }
}

impl Check {
    /// A run without a mock to draw, within ten minutes of virtual time.
    #[expect(clippy::new_without_default, reason = "`new` begins a sentence; a default check means nothing")]
    pub fn new() -> Self {
        Self {
            mocks: Vec::new(),
            recorder: None,
            expected: None,
            limit: LIMIT,
            timers: TIMERS,
            panic_means: String::new(),
            when_stuck: None,
        }
    }

    /// The calls to this mock are drawn, and its journal starts afresh with the run.
    pub fn draws(mut self, llm: &MockLlm) -> Self {
        self.mocks.push(llm.clone());
        self
    }

    /// What this recorder saw of the learner's futures is drawn, below the calls.
    pub fn draws_futures(mut self, recorder: &Recorder) -> Self {
        self.recorder = Some(recorder.clone());
        self
    }

    /// How the run should look: drawn beside the learner's when the check fails.
    pub fn expects(mut self, timeline: Timeline) -> Self {
        self.expected = Some(timeline);
        self
    }

    /// The idea that a panic of the learner's code misses, where the check knows the likely one: it becomes the message's
    /// "why".
    pub fn a_panic_means(mut self, idea: impl Into<String>) -> Self {
        self.panic_means = idea.into();
        self
    }

    /// The limit of virtual time after which a run that still goes on is [`Outcome::TooSlow`]. Ten minutes, unless set.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// How many timers of their own the exercise and the check need, for [`Finished::takes`]. Three, unless set.
    pub fn timers(mut self, at_most: usize) -> Self {
        self.timers = at_most;
        self
    }

    /// Better words than the harness has for code that never returns, where the check has them. `words` is called on another
    /// thread while the learner's code still hangs, with the verdict: [`Outcome::Blocked`] or [`Outcome::BusyLoop`].
    pub fn when_stuck(mut self, words: impl Fn(Outcome) -> Option<Message> + Send + Sync + 'static) -> Self {
        self.when_stuck = Some(WhenStuck(Arc::new(words)));
        self
    }

    /// Runs the learner's code on a current-thread runtime with a paused clock.
    ///
    /// # Panics
    /// With a message, where the code panics or never ends. A poll that never returns ends the process with exit code
    /// 101, after two seconds of real time.
    #[track_caller]
    pub fn run<T>(self, learners: impl AsyncFnOnce() -> T) -> Finished<T> {
        let mut value = None;
        let run = self.supervised(Box::pin(async { value = Some(learners().await) }));
        let value = value.expect("a run that is finished has left its value");
        Finished { value, run }
    }

    #[track_caller]
    fn supervised(self, learners: Learners<'_>) -> Run {
        let check = Reporter::of_this_thread();
        let pulse = Arc::new(Pulse::default());
        let parks = Arc::new(Parks::default());
        let watchdog = self.watchdog(&check, &pulse);
        panics::note_panics_of(&pulse);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let runtime = runtime(&pulse, &parks);
            let ending = runtime.block_on(async {
                for mock in &self.mocks {
                    mock.restart();
                }
                let started = tokio::time::Instant::now();
                let (limit, recorder) = (self.limit, self.recorder.as_ref());
                let mut run =
                    pin!(Supervise::new(learners, &self.mocks, recorder, limit, pulse.clone(), parks.clone()));
                let ending = run.as_mut().await;
                // Taken before anything is dropped: what is in flight now was left behind by the learner.
                let elapsed = started.elapsed();
                let journals = self.journals();
                // Seen a moment later: a task that was aborted needs a turn of the runtime to go.
                let mut left = Left::default();
                if let Ending::Done = ending {
                    left = Left::settle(&pulse).await;
                    left.calls_of(&self.journals());
                }
                (ending, elapsed, journals, left)
            });
            // What is left is dropped while its panics are still the run's own.
            drop(runtime);
            ending
        }));
        panics::stop_noting();
        let (ending, elapsed, journals, left) = match outcome {
            Ok(ended) => ended,
            Err(payload) => self.panicked(check, &pulse, watchdog, &panics::text(&*payload)),
        };
        let never_dropped = self.journals().iter().map(Journal::in_flight).sum();
        // Before anything is told: the watchdog may be about to tell something itself.
        drop(watchdog);
        match ending {
            Ending::Done => Run { left, never_dropped, ..self.finished(check, &pulse, elapsed, journals) },
            Ending::Never(never) => self.never(check, &pulse, &never),
        }
    }

    /// Runs code that brings its own way to poll: a hand-driven future, the learner's executor.
    ///
    /// There is no runtime and no virtual clock, but panics and polls that never return are told as in [`Check::run`].
    ///
    /// # Panics
    /// As [`Check::run`].
    #[track_caller]
    pub fn by_hand<T>(self, learners: impl FnOnce() -> T) -> Finished<T> {
        let mut value = None;
        let mut learners = Some(learners);
        let run = self.called(&mut || value = learners.take().map(|learners| learners()));
        let value = value.expect("a call that has returned has left its value");
        Finished { value, run }
    }

    #[track_caller]
    fn called(self, learners: &mut dyn FnMut()) -> Run {
        let check = Reporter::of_this_thread();
        let pulse = Arc::new(Pulse::default());
        let watchdog = self.watchdog(&check, &pulse);
        panics::note_panics_of(&pulse);
        for mock in &self.mocks {
            mock.restart();
        }
        pulse.poll_begins(Who::Caller, Duration::ZERO);
        let outcome = catch_unwind(AssertUnwindSafe(learners));
        pulse.poll_ends();
        panics::stop_noting();
        let journals = self.journals();
        match outcome {
            Ok(()) => {
                drop(watchdog);
                // The clock of a mock, or else of a recorder: whatever clock the learner's code brings.
                let recorded = self.recorder.as_ref().map(|recorder| recorder.timeline("").extent());
                let elapsed = journals.first().map(Journal::taken).or(recorded).unwrap_or_default();
                self.finished(check, &pulse, elapsed, journals)
            }
            Err(payload) => self.panicked(check, &pulse, watchdog, &panics::text(&*payload)),
        }
    }

    fn finished(self, check: Reporter, pulse: &Pulse, elapsed: Duration, journals: Vec<Journal>) -> Run {
        let yours = self.timeline(&journals, Some(pulse.when_returned().unwrap_or(elapsed)));
        report::write(&check, Record::Run { yours: yours.clone(), expected: self.expected.clone() });
        // A todo! in a spawned task is not the end of the run, and still it says that nothing was written there.
        if let Some(failure) = not_started(&check, pulse) {
            fail(failure);
        }
        let polls = pulse.polls();
        let looks = Looks::of(&polls, &journals);
        let journal = journals.into_iter().next().unwrap_or_default();
        Run {
            check,
            elapsed,
            journal,
            yours,
            expected: self.expected,
            polls: pulse.root_polls(),
            when_polled: polls,
            ended: pulse.when_returned().unwrap_or(elapsed),
            looks,
            timers: self.timers,
            left: Left::default(),
            never_dropped: 0,
            tasks_spawned: pulse.tasks_spawned(),
            real_time: pulse.real_time(),
            in_long_polls: pulse.in_long_polls(),
            panic: Panic::to_tell(&pulse.panics()).cloned(),
        }
    }

    #[track_caller]
    fn panicked(&self, check: Reporter, pulse: &Pulse, watchdog: Watchdog, words: &str) -> ! {
        let journals: Vec<Journal> = self.mocks.iter().map(|mock| mock.journal().taken_at(pulse.now())).collect();
        drop(watchdog);
        if let Some(failure) = not_started(&check, pulse) {
            fail(failure);
        }
        let panic = Panic::that_ended(&pulse.panics(), words);
        let place = panic.as_ref().and_then(Panic::learners_place);
        let place_sought = panic.as_ref().is_some_and(Panic::place_sought);
        let why = panic.as_ref().and_then(Panic::why).unwrap_or(&self.panic_means);
        let words = panic.as_ref().map_or(words, |panic| &panic.message);
        let at = place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let message = saw(format!("a panic{at}:\n{words}")).expected("no panic").because(why);
        let yours = self.timeline(&journals, Some(pulse.now()));
        fail(Failure {
            check,
            message,
            yours: Some(yours),
            expected: self.expected.clone(),
            place: place.filter(|_| !place_sought),
            place_sought,
        })
    }

    #[track_caller]
    fn never(self, check: Reporter, pulse: &Pulse, never: &Never) -> ! {
        let Stood { since, journals, recorded, .. } = &never.stood;
        let journals: Vec<Journal> = journals.iter().map(|journal| journal.clone().taken_at(*since)).collect();
        // It has not ended: there is no instant at which a drawing could say that it did.
        let yours = given_up(*since, until(*since, drawing(&journals, recorded.clone(), None)));
        let place = never.places.iter().flatten().last().map(|place| place.line.clone());
        // What never comes looks at no waker, so nobody has seen where your code awaits it: its source says it.
        let nobody_has_seen_it = never.reason == Reason::NobodyHoldsTheWaker && place.is_none();
        let never_come = if nobody_has_seen_it { check.lines_that_never_come() } else { Vec::new() };
        let place = place.or_else(|| never_come.first().cloned());
        let place_sought = never.places.is_some() && never_come.is_empty();
        let shown = never_come.iter().map(|line| format!("\n- what never comes is made at {line}")).collect::<String>();
        let message = why_never(never, pulse, &journals, self.limit).also_saw(&shown);
        fail(Failure { check, message, yours: Some(yours), expected: self.expected, place, place_sought })
    }

    fn journals(&self) -> Vec<Journal> {
        self.mocks.iter().map(MockLlm::journal).collect()
    }

    fn timeline(&self, journals: &[Journal], end: Option<Duration>) -> Timeline {
        let recorded = self.recorder.as_ref().map(|recorder| recorder.timeline_at("", end.unwrap_or_default()).lanes);
        drawing(journals, recorded.unwrap_or_default(), end)
    }

    fn watchdog(&self, check: &Reporter, pulse: &Arc<Pulse>) -> Watchdog {
        let (check, this, seen) = (check.clone(), self.clone(), pulse.clone());
        let thread = Asked::this_thread();
        Watchdog::start(pulse.clone(), move |outcome| {
            // A runtime that waits for a thread of its pool is in no poll of the learner's.
            let within = if seen.polling().is_some() { thread.answer(&check) } else { In::default() };
            // A journal may ask the learner's clock, and the learner's code may hold its lock for ever.
            let known = soon({
                let (this, now) = (this.clone(), seen.now());
                move || this.mocks.iter().map(|mock| mock.journal().taken_at(now)).collect()
            });
            let journals: Vec<Journal> = known.unwrap_or_default();
            let words = soon({
                let words = this.when_stuck.clone();
                move || words.and_then(|words| words.0(outcome))
            });
            let message = words.flatten().unwrap_or_else(|| why_stuck(outcome, &seen)).also_saw(&within.words());
            // A thread or a task that has panicked may be the one that is waited for.
            let with_a_panic = Panic::to_tell(&seen.panics()).cloned().and_then(|panic| {
                let message = message.clone();
                soon(move || message.and_a_panic(&panic))
            });
            let failure = Failure {
                check,
                message: with_a_panic.unwrap_or(message),
                yours: Some(given_up(seen.now(), this.timeline(&journals, None))),
                expected: this.expected.clone(),
                place: within.line,
                // Another build would take its two seconds once more; the function is known without.
                place_sought: false,
            };
            failure.tell_past_libtest();
            check_function::end_the_process(101)
        })
    }
}

/// The calls, and below them what a recorder has seen.
fn drawing(journals: &[Journal], recorded: Vec<Lane>, end: Option<Duration>) -> Timeline {
    let calls = journals.iter().flat_map(|journal| journal.timeline("").lanes);
    Timeline { lanes: calls.chain(recorded).collect(), end, ..Timeline::default() }
}

/// The drawing up to `end`. Whoever gives a run up lets the clock jump far ahead: what is recorded there is not the learner's
/// doing.
fn until(end: Duration, mut drawing: Timeline) -> Timeline {
    for lane in &mut drawing.lanes {
        lane.marks.retain(|mark| mark.at <= end);
        lane.spans.retain(|span| span.from < end);
        for span in &mut lane.spans {
            span.to = span.to.min(end);
        }
    }
    drawing
}

/// The drawing of a run that is given up: what has not ended by then never does.
fn given_up(at: Duration, mut drawing: Timeline) -> Timeline {
    for lane in &mut drawing.lanes {
        if let Some(open) = lane.ending().filter(|ending| ending.how.is_none()) {
            lane.marks.push(Mark { kind: MarkKind::Stuck, at: at.max(open.at) });
        }
    }
    drawing
}

/// What `ask` returns, unless it hangs.
fn soon<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (answer, answers) = std::sync::mpsc::channel();
    std::thread::spawn(move || answer.send(ask()));
    answers.recv_timeout(Duration::from_secs(1)).ok()
}
