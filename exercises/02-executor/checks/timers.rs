use std::{cell::RefCell, pin::pin, rc::Rc, task::Context, thread, time::Duration};

use harness::{
    Check, Finished, Lane, MarkKind, Message, Outcome, SpanKind, Timeline, Trace, Wakes, more_turns, saw, secs, test,
};
use mock_llm::{MockLlm, Model};
use timeline::{Recorder, instant};

use super::{Clock, Executor, Sleep};

harness::checks!();

/// One run of the learner's executor on the learner's clock.
struct Run {
    executor: Executor,
    clock: Clock,
    trace: Trace,
    recorder: Recorder,
    /// When each task ended, in the order of the ends.
    ends: Rc<RefCell<Vec<(&'static str, Duration)>>>,
}

impl Run {
    fn new() -> Self {
        let executor = Executor::default();
        let clock = executor.clock.clone();
        let on_this_clock = clock.clone();
        let recorder = Recorder::new(move || on_this_clock.now());
        Self { executor, clock, trace: Trace::new(), recorder, ends: Rc::default() }
    }

    /// A task that awaits this, and notes when it was ready.
    fn spawn(&mut self, name: &'static str, future: impl Future<Output = ()> + 'static) {
        let (clock, ends) = (self.clock.clone(), self.ends.clone());
        let recorded = self.recorder.future(name, self.trace.task(name, future));
        self.executor.spawn(async move {
            recorded.await;
            ends.borrow_mut().push((name, clock.now()));
        });
    }

    /// A task for each of these, that sleeps so long.
    fn spawn_sleeps(&mut self, sleeps: &[(&'static str, f64)]) {
        for (name, seconds) in sleeps {
            let sleep = self.clock.sleep(secs(*seconds));
            self.spawn(name, sleep);
        }
    }

    /// Runs the executor. Fails if that never comes to an end, or if it breaks a rule.
    #[track_caller]
    fn run(self, expected: Timeline) -> Finished<Vec<(&'static str, Duration)>> {
        let Self { mut executor, clock, trace, recorder, ends } = self;
        let (stuck, clock_then) = (trace.clone(), clock.clone());
        let check = Check::new().draws_futures(&recorder).expects(expected);
        let run = check.when_stuck(move |outcome| does_not_return(outcome, &stuck, &clock_then)).by_hand(|| {
            let ended = trace.watch(|| executor.run()).is_some();
            (ended, trace.fault())
        });
        let (ended, fault) = run.value().clone();
        if !ended && trace.order().len() > 1000 {
            let message =
                saw(format!("{} polls, and the clock still stands at {}", trace.order().len(), instant(clock.now())));
            let message = message.expected("a clock that moves on when no task can run").outcome(Outcome::BusyLoop);
            run.fail(message.because(if clock.now() == Duration::ZERO {
                "Whoever is woken before its deadline sleeps again. A sleep is not over because it was woken: the clock must \
                 have reached the deadline. And a sleep that wakes itself keeps the clock from moving."
            } else {
                "At the deadline the sleep is over, and not at some instant after it: the clock will say exactly `deadline`, \
                 and it says that until nobody waits for it any more."
            }));
        }
        if let Some(fault) = fault {
            run.fail(fault);
        }
        run.map(|_| ends.take())
    }
}

fn does_not_return(outcome: Outcome, trace: &Trace, clock: &Clock) -> Option<Message> {
    if trace.hangs_in_wake().is_some() {
        let message = saw("a waker is called, and the call does not return").expected("no lock around a wake");
        return Some(message.outcome(Outcome::Blocked).because(
            "A waker is somebody else's code. This one looks at the clock, and the lock of the clock is held by the one who \
             calls it. Take the waker out, let the lock go, and then call it. (In `for … in clock.timers()…` and \
             `while let … = clock.timers()…` the lock is held to the end of the body.)",
        ));
    }
    // A lock that is taken and freed in a loop is free at one of many looks.
    let now = (0..50).find_map(|_| {
        thread::sleep(Duration::from_millis(2));
        clock.0.try_lock().ok().map(|timers| timers.now)
    });
    let message = match (outcome, now) {
        (Outcome::Blocked, Some(_)) => saw("`run` does not return, and the thread sleeps").because(
            "The clock is virtual: nobody waits for it, it is moved. The thread need not sleep until the deadline, because \
             nothing else can happen before it.",
        ),
        (_, Some(now)) => saw(format!("`run` goes round and round; the clock says {}", instant(now))).because(
            "A jump finds the soonest of those who wait. Who has been woken waits no longer: as long as it is among them, \
             every jump leads to the same deadline.",
        ),
        (_, None) => saw("`run` does not return, and somebody holds the lock of the clock").because(
            "Does the thread sleep? The clock is virtual: nobody waits for it, it is moved. Or does it wait for a lock that \
             it holds already? `now()` takes the lock of the clock too, and so does `timers()`.",
        ),
    };
    Some(message.expected("`run` to return when no task can go on").outcome(outcome))
}

/// A future that is polled at `from`, waits, and is ready at `to`, as a recorder draws it.
fn sleeps(name: &str, from: f64, to: f64) -> Lane {
    let lane = Lane::new(name).mark(MarkKind::Started, from).mark(MarkKind::Polled, from);
    let lane = lane.span(SpanKind::Waiting, from, to);
    lane.mark(MarkKind::Woken, to).mark(MarkKind::Polled, to).mark(MarkKind::Finished, to)
}

fn told(ends: &[(&'static str, Duration)]) -> String {
    let ends: Vec<_> = ends.iter().map(|(name, at)| format!("{name} at {}", instant(*at))).collect();
    if ends.is_empty() { "no task ended".to_owned() } else { format!("the ends: {}", ends.join(", ")) }
}

const NOBODY_WOKE_IT: &str = "A sleep that is pending has somebody who wakes it: the clock. `poll` must leave its waker among \
     those who wait, under its own deadline and its own number, and a jump must wake all whose deadline has come.";

/// A sleep of an hour ends after exactly one hour of the virtual clock: one poll before it, one after it.
#[test]
fn an_hour_takes_no_time() {
    // A quarter of a millisecond more: a clock that ticks would miss it.
    const HOUR: f64 = 3_600.000_25;
    let mut this = Run::new();
    this.spawn_sleeps(&[("a", HOUR)]);
    let (clock, trace) = (this.clock.clone(), this.trace.clone());
    let run = this.run(Timeline::default().lane(sleeps("a", 0.0, HOUR)));
    run.require(
        !run.value().is_empty(),
        saw(format!("`run` returns at {}, and the task still sleeps", instant(clock.now())))
            .expected("the end of its sleep")
            .because(NOBODY_WOKE_IT)
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        trace.polls("a") == 2,
        saw(match trace.polls("a") {
            1 => "the sleep was over at its first poll".to_owned(),
            polls => format!("the sleep was over at its poll number {polls}"),
        })
        .expected("two polls: one that begins to wait, and one when the deadline has come")
        .because(if clock.now() < secs(HOUR) {
            "The deadline is in an hour, and the clock has not reached it. Who is ready before that has not slept."
        } else {
            "A future that moves the clock itself makes time go by for everybody, also for tasks that could run now. Only \
             where *no* task can run may the clock be moved: in `jump`."
        }),
    );
    run.require(
        *run.value() == [("a", secs(HOUR))],
        saw(told(run.value())).expected("a at 3600.00025 s").because(
            "The clock jumps *to* the deadline. It is not moved on by some step until the deadline is behind it.",
        ),
    );
}

/// Sleeps of 3, 1 and 2 seconds end at 1, 2 and 3 seconds, and nobody is woken before.
#[test]
fn the_soonest_deadline_comes_first() {
    let mut this = Run::new();
    this.spawn_sleeps(&[("a", 3.0), ("b", 1.0), ("c", 2.0)]);
    let trace = this.trace.clone();
    let expected =
        Timeline::default().lane(sleeps("a", 0.0, 3.0)).lane(sleeps("b", 0.0, 1.0)).lane(sleeps("c", 0.0, 2.0));
    let run = this.run(expected);
    let ends = run.value();
    let late = ends.iter().any(|(_, at)| *at > secs(3.0));
    let together = ends.len() == 3 && ends.iter().all(|(_, at)| *at == secs(3.0));
    run.require(
        *ends == [("b", secs(1.0)), ("c", secs(2.0)), ("a", secs(3.0))],
        saw(told(ends)).expected("b at 1 s, c at 2 s, a at 3 s").because(match ends.len() {
            3 if together => {
                "The clock has jumped over two deadlines to the last one. Those who sleep until 1 s and 2 s come too late, \
                 and no clock goes back."
            }
            3 if late => "A deadline is an instant, not a duration: the clock is set to it, and it is not added to the clock.",
            3 => "The clock jumps to the *soonest* deadline of those who wait, whoever began to sleep first.",
            _ => NOBODY_WOKE_IT,
        }),
    );
    for name in ["a", "b", "c"] {
        run.require(
            trace.polls(name) == 2,
            saw(format!("`{name}` was polled {} times", trace.polls(name)))
                .expected("2 polls: nobody is woken before the deadline")
                .because(
                    "A jump wakes those whose deadline has come, and lets the others sleep. To wake everybody is right only \
                     by accident: with a thousand sleepers each jump costs a thousand polls.",
                ),
        );
    }
}

/// Two tasks with the same deadline are both woken, in the order in which they began to sleep.
#[test]
fn one_deadline_wakes_all_who_wait_for_it() {
    let mut this = Run::new();
    this.spawn_sleeps(&[("a", 1.0), ("b", 1.0), ("c", 1.0)]);
    let lanes = ["a", "b", "c"].map(|name| sleeps(name, 0.0, 1.0));
    let run = this.run(lanes.into_iter().fold(Timeline::default(), Timeline::lane));
    run.require(
        run.value().len() == 3,
        saw(told(run.value())).expected("the ends of a, b and c").outcome(Outcome::LostWakeUp).because(
            "Three sleeps with one deadline are three. Where one takes the place of another, the first one is never woken: \
             its number makes them different.",
        ),
    );
    let at = secs(1.0);
    run.require(
        *run.value() == [("a", at), ("b", at), ("c", at)],
        saw(told(run.value()))
            .expected("a, b, c at 1 s")
            .because("Where the deadline is the same, the order in which they began to sleep decides."),
    );
}

/// A task that can run holds the clock, however many turns it takes.
#[test]
fn the_clock_stands_still_while_a_task_can_run() {
    let mut this = Run::new();
    this.spawn_sleeps(&[("sleeps", 0.5)]);
    this.spawn("works", more_turns(10));
    let run = this.run(Timeline::default());
    run.require(
        *run.value() == [("works", secs(0.0)), ("sleeps", secs(0.5))],
        saw(told(run.value())).expected("works at 0 s, sleeps at 500 ms").because(
            "On a virtual clock work takes no time: only waiting does. That is why a test on such a clock gives the same \
             instants on a fast machine and on a slow one.",
        ),
    );
}

/// A deadline that has come before the first poll is ready at once.
#[test]
fn a_deadline_in_the_past_is_ready_at_once() {
    let mut this = Run::new();
    let (clock, late) = (this.clock.clone(), this.clock.sleep(secs(0.5)));
    this.spawn("late", async move {
        clock.sleep(secs(2.0)).await;
        late.await;
        clock.sleep(secs(0.0)).await;
    });
    let trace = this.trace.clone();
    let run = this.run(Timeline::default().lane(sleeps("late", 0.0, 2.0)));
    run.require(
        *run.value() == [("late", secs(2.0))] && trace.polls("late") == 2,
        saw(format!("{}, {} polls", told(run.value()), trace.polls("late")))
            .expected("late at 2 s, and 2 polls")
            .because("The deadline is over, so there is nothing to wait for. The clock never goes back."),
    );
}

/// A sleep that is polled by two tasks wakes the second one.
#[test]
fn the_newest_waker_is_woken() {
    let mut this = Run::new();
    let mut sleep = Box::pin(this.clock.sleep(secs(1.0)));
    let first = Wakes::new();
    let run = Check::new().by_hand(|| {
        let _ = sleep.as_mut().poll(&mut Context::from_waker(&first.waker()));
        this.spawn("second", sleep);
        this.trace.watch(|| this.executor.run());
        this.ends.take()
    });
    run.require(
        run.value().len() == 1,
        saw("a sleep was polled by one task and then by another; the second one was not woken")
            .expected("the task that has polled last to be woken")
            .because(
                "A future may move: `select!`, a join, a `Vec` of futures bring it to another waker. Each poll replaces the \
                 waker of the one before.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// A sleep that is dropped is forgotten: the clock does not go where nobody waits.
#[test]
fn a_dropped_sleep_does_not_move_the_clock() {
    let mut this = Run::new();
    let clock = this.clock.clone();
    this.spawn("gives up", async move {
        let waker = Wakes::new().waker();
        let mut long = pin!(clock.sleep(secs(60.0)));
        let _ = long.as_mut().poll(&mut Context::from_waker(&waker));
        clock.sleep(secs(1.0)).await;
    });
    let clock = this.clock.clone();
    let run = this.run(Timeline::default().lane(sleeps("gives up", 0.0, 1.0)));
    run.require(
        clock.now() == secs(1.0),
        saw(format!("the clock says {} at the end", instant(clock.now()))).expected("1 s").because(
            "Most timeouts never fire: they are dropped when the answer comes. They must leave nothing behind.",
        ),
    );
}

/// What the mock model asks of a runtime: the time, and a sleep. Your clock has both.
impl mock_llm::Clock for Clock {
    fn now(&self) -> Duration {
        Clock::now(self)
    }

    fn sleep_until(&self, deadline: Duration) -> mock_llm::Sleep {
        let sleep: Sleep = Clock::sleep_until(self, deadline);
        Box::pin(sleep)
    }
}

/// Three calls to language models, on this executor and on this clock: 1.0 s in all.
#[test]
fn three_models_answer_on_this_clock() {
    let models = [("atlas", 1.0), ("birch", 0.8), ("cedar", 0.6)];
    let mut this = Run::new();
    let llm = models
        .into_iter()
        .fold(MockLlm::builder().clock(this.clock.clone()), |builder, (name, seconds)| {
            builder.model(Model::new(name).time_to_first_token(secs(seconds)))
        })
        .build();
    let expected = models.into_iter().map(|(name, seconds)| Lane::call(name, 0.0, seconds));
    let check = Check::new().draws(&llm).expects(expected.fold(Timeline::default(), Timeline::lane));
    let run = check.by_hand(|| {
        for (name, _) in models {
            let call = llm.model(name).complete("What is a future?");
            this.spawn(name, async move { drop(call.await) });
        }
        this.executor.run();
        this.ends.take()
    });
    run.require(
        run.value().len() == 3,
        saw(told(run.value())).expected("the ends of all three calls").because(NOBODY_WOKE_IT),
    );
    run.takes(secs(1.0), "Three tasks that wait at the same time wait as long as the slowest.");
}
