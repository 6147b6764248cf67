//! How a run of the learner's code is set up.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use mock_llm::{Journal, MockLlm};
use timeline::{Mark, MarkKind, Recorder, Timeline};
use tokio::runtime::{Builder, Runtime};
use verdict::{Outcome, Record};

use crate::{
    check_function::{self, Reporter},
    finished::{Finished, Run, fail, seconds},
    message::{Message, saw},
    panics,
    pulse::{Pulse, Who},
    report::{self, Failure},
    supervise::{Ending, Learners, Never, Parks, Reason, Supervise},
    watchdog::Watchdog,
};

/// More virtual time than any exercise's right answer takes.
const LIMIT: Duration = Duration::from_secs(600);

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
        let _watchdog = self.watchdog(&check, &pulse);
        panics::note_panics_of(&pulse);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let runtime = runtime(&pulse, &parks);
            let ending = runtime.block_on(async {
                for mock in &self.mocks {
                    mock.restart();
                }
                let started = tokio::time::Instant::now();
                let mut run = pin!(Supervise::new(learners, self.limit, pulse.clone(), parks.clone()));
                let ending = run.as_mut().await;
                // Taken before anything is dropped: what is in flight now was left behind by the learner.
                let elapsed = started.elapsed();
                let journals: Vec<Journal> = self.mocks.iter().map(MockLlm::journal).collect();
                (ending, elapsed, journals)
            });
            // What is left is dropped while its panics are still the run's own.
            drop(runtime);
            ending
        }));
        panics::stop_noting();
        let (ending, elapsed, journals) = match outcome {
            Ok(ended) => ended,
            Err(payload) => self.panicked(check, &pulse, &panics::text(&*payload)),
        };
        match ending {
            Ending::Done => self.finished(check, &pulse, elapsed, journals),
            Ending::Never(never) => self.never(check, &pulse, &never, journals),
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
        let _watchdog = self.watchdog(&check, &pulse);
        panics::note_panics_of(&pulse);
        for mock in &self.mocks {
            mock.restart();
        }
        pulse.poll_begins(Who::Caller, Duration::ZERO);
        let outcome = catch_unwind(AssertUnwindSafe(learners));
        pulse.poll_ends();
        panics::stop_noting();
        let journals: Vec<Journal> = self.mocks.iter().map(MockLlm::journal).collect();
        match outcome {
            Ok(()) => {
                // The clock of a mock, or else of a recorder: whatever clock the learner's code brings.
                let recorded = self.recorder.as_ref().map(|recorder| recorder.timeline("").extent());
                let elapsed = journals.first().map(Journal::taken).or(recorded).unwrap_or_default();
                self.finished(check, &pulse, elapsed, journals)
            }
            Err(payload) => self.panicked(check, &pulse, &panics::text(&*payload)),
        }
    }

    fn finished(self, check: Reporter, pulse: &Pulse, elapsed: Duration, journals: Vec<Journal>) -> Run {
        let yours = self.timeline(&journals, Some(elapsed));
        report::write(&check, Record::Run { yours: yours.clone(), expected: self.expected.clone() });
        // A todo! in a spawned task is not the end of the run, and still it says that nothing was written there.
        if let Some(failure) = not_started(&check, pulse) {
            fail(failure);
        }
        let journal = journals.into_iter().next().unwrap_or_default();
        let (polls, tasks_spawned) = (pulse.root_polls(), pulse.tasks_spawned());
        Run { check, elapsed, journal, yours, expected: self.expected, polls, tasks_spawned }
    }

    #[track_caller]
    fn panicked(&self, check: Reporter, pulse: &Pulse, words: &str) -> ! {
        if let Some(failure) = not_started(&check, pulse) {
            fail(failure);
        }
        let first = pulse.panics().into_iter().next();
        let place = first.as_ref().and_then(|panic| panic.place.clone());
        let words = first.map_or_else(|| words.to_owned(), |panic| panic.message);
        let at = place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        let message = saw(format!("a panic{at}:\n{words}")).expected("no panic").because(&self.panic_means);
        let journals: Vec<Journal> = self.mocks.iter().map(|mock| mock.journal().taken_at(pulse.now())).collect();
        let yours = self.timeline(&journals, Some(pulse.now()));
        fail(Failure {
            check,
            message,
            yours: Some(yours),
            expected: self.expected.clone(),
            place,
            place_sought: false,
        })
    }

    #[track_caller]
    fn never(self, check: Reporter, pulse: &Pulse, never: &Never, journals: Vec<Journal>) -> ! {
        let journals: Vec<Journal> = journals.into_iter().map(|journal| journal.taken_at(never.since)).collect();
        let yours = until(never.since, self.timeline(&journals, Some(never.since)));
        let place = never.places.iter().flatten().last().map(|place| place.line.clone());
        let place_sought = never.places.is_some();
        let message = why_never(never, pulse, &journals, self.limit);
        fail(Failure { check, message, yours: Some(yours), expected: self.expected, place, place_sought })
    }

    fn timeline(&self, journals: &[Journal], end: Option<Duration>) -> Timeline {
        let mut drawing = Timeline::default();
        for journal in journals {
            drawing.lanes.extend(journal.timeline("").lanes);
        }
        if let Some(recorder) = &self.recorder {
            drawing.lanes.extend(recorder.timeline("").lanes);
        }
        drawing.end = end;
        drawing
    }

    fn watchdog(&self, check: &Reporter, pulse: &Arc<Pulse>) -> Watchdog {
        let (check, this, seen) = (check.clone(), self.clone(), pulse.clone());
        Watchdog::start(pulse.clone(), move |outcome| {
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
            let words = words.flatten();
            let failure = Failure {
                check,
                message: words.unwrap_or_else(|| why_stuck(outcome, &seen)),
                yours: Some(this.timeline(&journals, Some(seen.now()))),
                expected: this.expected.clone(),
                place: None,
                place_sought: false,
            };
            failure.tell_past_libtest();
            check_function::end_the_process(101)
        })
    }
}

/// The drawing up to `end`. Whoever gives a run up lets the clock jump far ahead, and a recorder sees all futures dropped
/// there: that is not the learner's doing.
fn until(end: Duration, mut drawing: Timeline) -> Timeline {
    for lane in &mut drawing.lanes {
        let goes_on = lane.marks.iter().any(|mark| mark.at > end);
        lane.marks.retain(|mark| mark.at <= end);
        lane.spans.retain(|span| span.from < end);
        for span in &mut lane.spans {
            span.to = span.to.min(end);
        }
        if goes_on {
            lane.marks.push(Mark { kind: MarkKind::Stuck, at: end });
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

/// A runtime that reports every sign of life.
fn runtime(pulse: &Arc<Pulse>, parks: &Arc<Parks>) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true);
    let (on_park, on_thread) = (parks.clone(), pulse.clone());
    #[cfg(not(tokio_unstable))]
    let seen = pulse.clone();
    builder.on_thread_park(move || {
        #[cfg(not(tokio_unstable))]
        seen.parked();
        on_park.parked();
    });
    builder.on_thread_start(move || panics::note_panics_of(&on_thread));
    #[cfg(tokio_unstable)]
    task_hooks(&mut builder, pulse, parks);
    builder.build().expect("a runtime without sockets needs nothing that can be missing")
}

/// Names the tasks, and counts their polls.
#[cfg(tokio_unstable)]
fn task_hooks(builder: &mut Builder, pulse: &Arc<Pulse>, parks: &Arc<Parks>) {
    use tokio::{runtime::RngSeed, time::Instant};

    let started = std::sync::OnceLock::new();
    let (spawn, begin, end, gone) = (pulse.clone(), pulse.clone(), pulse.clone(), pulse.clone());
    let parks = parks.clone();
    // `select!` and its kind draw lots: always the same ones.
    builder.rng_seed(RngSeed::from_bytes(b"tokens in flight"));
    builder.on_task_spawn(move |task| spawn.spawned(number(task.id()), task.spawned_at()));
    builder.on_before_task_poll(move |task| {
        let now = started.get_or_init(Instant::now).elapsed();
        if begin.poll_begins(Who::Task(number(task.id())), now) {
            parks.wake_supervisor();
        }
    });
    builder.on_after_task_poll(move |_| end.poll_ends());
    builder.on_task_terminate(move |task| gone.terminated(number(task.id())));
}

/// tokio shows the number of a task only as text.
#[cfg(tokio_unstable)]
fn number(id: tokio::task::Id) -> u64 {
    id.to_string().parse().expect("a task's id is written as a number")
}

/// The failure of code that has reached a `todo!`.
fn not_started(check: &Reporter, pulse: &Pulse) -> Option<Failure> {
    let panics = pulse.panics();
    let (panic, todo) = panics.iter().find_map(|panic| Some((panic, panic.todo()?)))?;
    let place = panic.place.clone();
    let message = match &place {
        Some(place) => saw(format!("the `todo!` at {place}")).expected(todo),
        None => saw("a `todo!`").expected(todo),
    };
    let message = message.outcome(Outcome::NotStarted);
    Some(Failure { check: check.clone(), message, yours: None, expected: None, place, place_sought: false })
}

/// The words for a run that never ends.
fn why_never(never: &Never, pulse: &Pulse, journals: &[Journal], limit: Duration) -> Message {
    let since = seconds(never.since);
    let mut waits: Vec<String> = Vec::new();
    waits.extend(never.places.iter().flatten().map(|place| match place.wait {
        Some(wait) => format!("your code waits at {}, in {}", place.line, wait.name),
        None => format!("your code waits at {}", place.line),
    }));
    waits.extend(never.tasks.iter().map(|task| format!("{task}, has not ended")));
    let in_flight = journals.iter().flat_map(Journal::calls).filter(|call| call.ended.is_none());
    waits.extend(in_flight.map(|call| format!("the call to `{}` has no answer yet", call.model)));
    let panics = pulse.panics();
    waits.extend(panics.iter().map(|panic| {
        let at = panic.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        format!("a task panicked{at}: {}", panic.message)
    }));
    const MOST: usize = 6;
    let more = waits.len().saturating_sub(MOST);
    waits.truncate(MOST);
    if more > 0 {
        waits.push(format!("and {more} more"));
    }
    let waits = waits.iter().map(|line| format!("\n- {line}")).collect::<String>();
    let waits = if waits.is_empty() { waits } else { format!(":{waits}") };
    let wait = never.places.iter().flatten().last().and_then(|place| place.wait);
    let who_ends_it =
        wait.map_or("Ask of each line above: who ends this wait, and is it itself waiting?", |wait| wait.ends);
    let (seen, why) = match never.reason {
        Reason::NothingLeft => (
            format!("nothing happens after {since}, and the run has not ended{waits}"),
            format!(
                "Everything waits for something else, and nothing is left that could wake anything: no timer, no call \
                 that will be answered. On a real clock this program would hang for ever. {who_ends_it}"
            ),
        ),
        Reason::NobodyHoldsTheWaker => (
            format!("nothing happens after {since}, and nobody holds the waker of your future{waits}"),
            "A future that returns `Poll::Pending` promises that somebody will call its waker. Nobody kept a clone of \
             `cx.waker()` from the last poll, so nobody can: the future is never polled again.".to_owned(),
        ),
        Reason::OneMorePollHelped => (
            format!("nothing happens after {since}; yet when the future is polled once more, it goes on{waits}"),
            "What the future waited for had come, and nobody called its waker. Whoever changes what a future waits for \
             must wake it, and must wake the waker of its *last* poll.".to_owned(),
        ),
        Reason::StillGoing => (
            format!("after {} the run still goes on{waits}", seconds(limit)),
            "Something happens again and again, and the end never comes: a loop that sleeps and looks, or a retry \
             without a limit.".to_owned(),
        ),
        Reason::Spins => (
            format!("polls without end at {since}, and the clock stands still{waits}"),
            "A future wakes itself, or is ready again and again, and never waits. The processor works at full load, and \
             no timer and no call ever gets its turn.".to_owned(),
        ),
    };
    saw(seen).expected("the run to end").because(why).outcome(never.outcome)
}

/// The words for a poll that never returns.
fn why_stuck(outcome: Outcome, pulse: &Pulse) -> Message {
    let began = format!("began at {} and does not return", seconds(pulse.now()));
    let who = match pulse.polling() {
        Some(Who::Root) => format!("the poll of your future {began}"),
        Some(Who::Caller) => "your code was called and does not return".to_owned(),
        Some(Who::Task(id)) => match pulse.tasks().into_iter().find(|(task, _)| *task == id) {
            Some((_, task)) => format!("the poll of {task}, {began}"),
            None => format!("the poll of a task {began}"),
        },
        None => {
            format!("since {} the runtime waits for a thread of its pool, which does not end", seconds(pulse.now()))
        }
    };
    let by_hand = pulse.polling() == Some(Who::Caller);
    let (seen, why) = match outcome {
        Outcome::BusyLoop if by_hand => (
            format!("{who}; the processor is busy"),
            "A loop goes round and round without an end. Who waits for a wake-up must sleep until it comes, and who polls \
             must stop when the answer is there.",
        ),
        Outcome::BusyLoop => (
            format!("{who}; the processor is busy"),
            "A loop without an `.await` that really waits holds the thread. While it runs, no other future on this thread \
             is polled: not the one that would end the loop, and no timeout either.",
        ),
        _ if by_hand => (
            format!("{who}; the thread sleeps"),
            "The thread waits, and nobody wakes it. Either the wake-up never came, or it came before the thread went to \
             sleep and was not kept.",
        ),
        _ => (
            format!("{who}; the thread sleeps"),
            "A blocking call (`std::thread::sleep`, a lock of `std::sync`, `recv()` of a `std` channel, a synchronous \
             client, a nested `block_on`) stops the thread, and with it every future on it. Use the async form, and \
             `.await` it, or move the call to a thread of its own.",
        ),
    };
    let expected = if by_hand { "the call to return" } else { "every poll to return soon, with `Ready` or `Pending`" };
    saw(seen).expected(expected).because(why).outcome(outcome)
}
