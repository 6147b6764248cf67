use std::{
    cell::RefCell,
    pin::{Pin, pin},
    rc::Rc,
    sync::mpsc,
    task::Context,
    thread,
    time::Duration,
};

use harness::{
    Check, Elsewhere, Finished, Lane, MarkKind, Message, Outcome, SpanKind, Timeline, Trace, Wakes, more_turns, saw,
    secs, test,
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
    names: Vec<&'static str>,
    /// When each task ended, in the order of the ends.
    ends: Rc<RefCell<Vec<(&'static str, Duration)>>>,
}

impl Run {
    fn new() -> Self {
        let executor = Executor::default();
        let clock = executor.clock.clone();
        let on_this_clock = clock.clone();
        let recorder = Recorder::new(move || on_this_clock.now());
        Self { executor, clock, trace: Trace::new(), recorder, names: Vec::new(), ends: Rc::default() }
    }

    /// A task that awaits this, and notes when it was ready.
    fn spawn(&mut self, name: &'static str, future: impl Future<Output = ()> + 'static) {
        self.names.push(name);
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
        let Self { mut executor, clock, trace, recorder, names, ends } = self;
        let (stuck, clock_then, all) = (trace.clone(), clock.clone(), names.clone());
        let check = Check::new().draws_futures(&recorder).expects(expected);
        let run = check.when_stuck(move |outcome| does_not_return(outcome, &stuck, &clock_then, &all)).by_hand(|| {
            let ended = trace.watch(|| executor.run()).is_some();
            (ended, trace.fault())
        });
        let (ended, fault) = run.value().clone();
        if !ended && trace.all_polls() > 1000 {
            let message =
                saw(format!("{} polls, and the clock still stands at {}", trace.all_polls(), instant(clock.now())));
            let message = message.expected("a clock that moves on when no task can run").outcome(Outcome::BusyLoop);
            run.fail(message.because(if clock.now() == Duration::ZERO {
                "Whoever is woken before its deadline sleeps again. A sleep is not over because it was woken: the clock must \
                 have reached the deadline. And a sleep that wakes itself keeps the clock from moving."
            } else {
                "At the deadline the sleep is over, and not at some instant after it: the clock will say exactly `deadline`, \
                 and it says that until nobody waits for it any more."
            }));
        }
        let asleep = names.into_iter().find(|name| !trace.has_ended(name) && trace.wakes(name) >= trace.polls(name));
        if let Some(name) = asleep.filter(|_| ended) {
            run.fail(
                saw(format!("`run` returns at {}, and `{name}` was woken and not polled again", instant(clock.now())))
                    .expected("one more poll of it")
                    .because(
                        "The executor goes on as long as `jump` returns `true`: it has woken somebody. `false` says that \
                         nobody waits for any deadline, and ends the run.",
                    )
                    .outcome(Outcome::LostWakeUp),
            );
        }
        if let Some(fault) = fault {
            run.fail(fault);
        }
        run.map(|_| ends.take())
    }
}

fn does_not_return(outcome: Outcome, trace: &Trace, clock: &Clock, names: &[&str]) -> Option<Message> {
    if trace.hangs_in_wake().is_some() {
        let message = saw("a waker is called, and the call does not return").expected("no lock around a wake");
        return Some(message.outcome(Outcome::Blocked).because(
            "A waker is somebody else's code. This one looks at the clock, and the lock of the clock is held by the one who \
             calls it. Take the waker out, let the lock go, and then call it. (In `for … in clock.timers()…` and \
             `while let … = clock.timers()…` the lock is held to the end of the body.)",
        ));
    }
    // Asked on a thread of its own, which is left there where the lock is never free.
    let (tells, told) = mpsc::channel();
    let clock = clock.clone();
    thread::spawn(move || tells.send(clock.now()));
    let now = told.recv_timeout(Duration::from_millis(300)).ok();
    let message = match (outcome, now) {
        (Outcome::Blocked, Some(_)) => saw("`run` does not return, and the thread sleeps").because(
            "The clock is virtual: nobody waits for it, it is moved. The thread need not sleep until the deadline, because \
             nothing else can happen before it.",
        ),
        (_, Some(now)) if names.iter().all(|name| trace.has_ended(name)) => {
            saw(format!("all tasks have ended, and `run` goes round and round; the clock says {}", instant(now))).because(
                "Nobody sleeps any more, and `jump` returns `true` each time. Where nobody waits, it returns `false`. And who \
                 has been woken waits no longer: as long as it is among them, every jump leads to the same deadline.",
            )
        }
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

/// A sleep of an hour and a quarter of a millisecond ends at exactly 3600.00025 s: one poll before it, and one at it.
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

/// Tasks with the same deadline are all woken, in the order in which their sleeps were made.
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
            .because("Where the deadline is the same, the numbers decide: the order in which the sleeps were made."),
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

/// A sleep in its place, and the task that polls it.
type Sleeper = (Pin<Box<Sleep>>, Wakes);

/// Each polled once, in this order.
fn sleepers(clock: &Clock, seconds: &[f64]) -> Vec<Sleeper> {
    let mut sleepers: Vec<Sleeper> =
        seconds.iter().map(|seconds| (Box::pin(clock.sleep(secs(*seconds))), Wakes::new())).collect();
    for (sleep, task) in &mut sleepers {
        let _ = task.poll(sleep.as_mut());
    }
    sleepers
}

fn woken(sleepers: &[Sleeper]) -> Vec<usize> {
    sleepers.iter().map(|(_, task)| task.count()).collect()
}

fn by_hand<T>(code: impl FnOnce(&Clock) -> T) -> Finished<T> {
    let clock = Clock::default();
    let check = Check::new().when_stuck(|outcome| {
        let message = saw("`poll`, `jump` or the drop of a sleep does not return").expected("each to return at once");
        Some(message.outcome(outcome).because(
            "None of them waits for anybody. Is the lock of the clock taken by somebody who has it already? `now()` and \
             `timers()` take it, and so does whoever is woken.",
        ))
    });
    check.by_hand(|| code(&clock))
}

/// One jump wakes everybody whose deadline has come, and nobody else. Who was woken waits no longer.
#[test]
fn a_jump_wakes_everybody_whose_deadline_has_come() {
    let run = by_hand(|clock| {
        let mut sleepers = sleepers(clock, &[1.0, 2.0, 1.0, 1.000_05, 1.0]);
        let seen = Rc::new(RefCell::new(Vec::new()));
        for (i, (_, task)) in sleepers.iter().enumerate() {
            let (seen, clock) = (seen.clone(), clock.clone());
            task.when_woken(move || seen.borrow_mut().push((i, clock.now())));
        }
        // The same sleep once more: it does not begin anew.
        let (first, task) = &mut sleepers[0];
        let _ = task.poll(first.as_mut());
        let early = woken(&sleepers);
        let jumps: Vec<_> = (0..4).map(|_| (clock.jump(), clock.now(), woken(&sleepers))).collect();
        let kept: Vec<_> = sleepers.iter().map(|(_, task)| task.kept()).collect();
        (early, jumps, kept, seen.take())
    });
    let (early, jumps, kept, seen) = run.value();
    run.require(
        *early == [0; 5],
        saw("a sleep was polled, and its task was woken").expected("no wake before the deadline").because(
            "A poll leaves its waker with the clock, and calls none: neither its own nor the one that it replaces.",
        ),
    );
    let (_, now, counts) = &jumps[0];
    run.require(
        *now == secs(1.0) && *counts == [1, 0, 1, 0, 1],
        saw(format!(
            "five sleep until 1, 2, 1, 1.00005 and 1 s. After one jump the clock says {}, and they were \
                     woken {counts:?} times",
            instant(*now)
        ))
        .expected("1 s, and [1, 0, 1, 0, 1]")
        .because(
            "One jump wakes everybody whose deadline has come, however many they are, and lets sleep whoever has a \
                 later one, however near it is.",
        ),
    );
    run.require(
        seen.iter().all(|(i, now)| *now == [secs(1.0), secs(2.0), secs(1.0), secs(1.000_05), secs(1.0)][*i]),
        saw(format!("who was woken has looked at the clock at once: {seen:?} (number, time)"))
            .expected("its deadline")
            .because(
                "Move the clock first, and wake then. A waker may do anything, and the one who is woken \
                      looks at the clock.",
            ),
    );
    run.require(
        seen.iter().map(|(i, _)| *i).take(3).eq([0, 2, 4]),
        saw(format!("woken in the order {:?}", seen.iter().map(|(i, _)| *i).collect::<Vec<_>>()))
            .expected("[0, 2, 4, …]")
            .because(
                "Where the deadline is the same, the numbers decide: the order in which the sleeps were made. A second poll is \
                 no new beginning: the number stays.",
            ),
    );
    run.require(
        jumps.iter().map(|(_, now, _)| *now).eq([1.0, 1.000_05, 2.0, 2.0].map(secs)) && jumps[3].2 == [1; 5],
        saw(format!(
            "four jumps lead to {}, and wake {:?} times in all",
            jumps.iter().map(|(_, now, _)| instant(*now)).collect::<Vec<_>>().join(", "),
            jumps[3].2
        ))
        .expected("1 s, 1.00005 s, 2 s, and the last one nowhere; each is woken once")
        .because(
            "Who has been woken waits no longer, also when its task has not polled it since: take it out. Otherwise every \
             jump leads to the same deadline.",
        ),
    );
    run.require(
        jumps.iter().map(|(again, ..)| *again).eq([true, true, true, false]),
        saw(format!("four jumps return {:?}", jumps.iter().map(|(again, ..)| *again).collect::<Vec<_>>()))
            .expected("[true, true, true, false]")
            .because("`true`: somebody was woken. `false`: nobody waits."),
    );
    run.require(
        *kept == [0; 5],
        saw(format!("all have been woken, and {kept:?} of their wakers are still kept"))
            .expected("none")
            .because("A waker is called once and let go. It may be all that keeps a task in memory."),
    );
    let run = by_hand(|clock| {
        let sleepers = sleepers(clock, &[1.0; 700]);
        let jumps = (clock.jump(), clock.jump());
        (woken(&sleepers).into_iter().filter(|count| *count == 1).count(), jumps)
    });
    run.require(
        *run.value() == (700, (true, false)),
        saw(format!("700 sleep until 1 s; of two jumps, {:?}, {} were woken", run.value().1, run.value().0))
            .expected("all 700, by the first")
            .because("Everybody whose deadline has come is woken, and no number in the code says how many they are."),
    );
    let run = by_hand(|clock| {
        let sleepers = sleepers(clock, &[1.0, 1.0]);
        for (_, task) in &sleepers {
            let clock = clock.clone();
            // The clock may be moved by whoever is woken: it has clones.
            task.when_woken(move || {
                clock.jump();
            });
        }
        clock.jump();
        woken(&sleepers)
    });
    run.require(
        *run.value() == [1, 1],
        saw(format!("two sleep until 1 s, and whoever is woken lets the clock jump once more: they were woken {:?} times", run.value()))
            .expected("[1, 1]")
            .because(
                "Who is woken waits no longer, and that is so before its waker is called: take it out first, under the lock, and \
                 wake then. A waker that is called while it is still in the list is found there by the next jump.",
            ),
    );
}

/// A sleep that is polled before its deadline is pending, however often. One that is dropped leaves nothing, and wakes nobody.
#[test]
fn a_sleep_keeps_one_waker_as_long_as_it_waits() {
    let run = by_hand(|clock| {
        let mut sleep = Box::pin(clock.sleep(secs(1.0)));
        let (first, second) = (Wakes::new(), Wakes::new());
        let polls = [&first, &first, &second, &second].map(|task| task.poll(sleep.as_mut()).is_ready());
        let kept = [first.kept(), second.kept()];
        drop(sleep);
        let counts = [first.count(), second.count()];
        (polls, kept, counts, second.kept(), clock.jump(), clock.now())
    });
    let (polls, kept, counts, after, jumped, now) = run.value();
    run.require(
        *polls == [false; 4],
        saw(format!("four polls at 0 s of a sleep until 1 s: ready? {polls:?}"))
            .expected("four times pending")
            .because(
                "A sleep is over because of the clock, and not because it was polled again: anybody may \
                      poll, at any time.",
            ),
    );
    let run_at_last = by_hand(|clock| {
        // One wakes, and the other is polled at that instant, 50 µs too early. A third one is ready at its first poll.
        let mut sleepers = sleepers(clock, &[1.0, 1.000_05]);
        clock.jump();
        let (near, task) = &mut sleepers[1];
        let near_is_ready = task.poll(near.as_mut()).is_ready();
        let (mut over, task) = (Box::pin(clock.sleep(secs(0.0))), Wakes::new());
        (near_is_ready, task.poll(over.as_mut()).is_ready(), task.kept())
    });
    let (near_is_ready, over_is_ready, kept_by_ready) = *run_at_last.value();
    run_at_last.require(
        !near_is_ready,
        saw("a sleep until 1.00005 s was polled at 1 s, and it was ready").expected("pending").because(
            "The deadline has come when the clock has reached it, to the nanosecond. Who compares rounded times wakes too early.",
        ),
    );
    run_at_last.require(
        over_is_ready && kept_by_ready == 0,
        saw(format!(
            "a sleep of no time: ready at its first poll? {over_is_ready}; {kept_by_ready} of its wakers are kept"
        ))
        .expected("ready, and none")
        .because(
            "Who is ready waits for nothing. A waker that it leaves makes the clock jump to a deadline that is over.",
        ),
    );
    run.require(
        *kept == [0, 1],
        saw(format!("polled by one task and then by another; {} and {} of their wakers are kept", kept[0], kept[1]))
            .expected("0 and 1")
            .because("Each poll replaces the waker of the one before: one sleep, one waker, the newest."),
    );
    run.require(
        *counts == [0, 0],
        saw(format!("two tasks have polled it, it was dropped, and they were woken {counts:?} times"))
            .expected("[0, 0]")
            .because(
                "Nobody waits for a sleep that is gone or was handed on. A waker that is replaced or \
                      dropped is not called.",
            ),
    );
    run.require(
        *after == 0 && !jumped && now.is_zero(),
        saw(format!("after the drop {after} wakers are kept, and a jump leads to {}", instant(*now)))
            .expected("0 wakers, and a clock that stands at 0 s")
            .because(
                "Most timeouts never fire: they are dropped when the answer comes. They must leave nothing behind.",
            ),
    );
}

/// A poll leaves its waker also when another side has the lock at that moment: `{:?}` of a `Mutex` holds it while it writes.
#[test]
fn a_poll_waits_for_the_lock() {
    struct Printed<F: FnOnce()>(Option<F>);

    impl<F: FnOnce()> std::fmt::Write for Printed<F> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            // The name of a field: from here to the end of the `Timers` the lock is held.
            if text.contains("now")
                && let Some(code) = self.0.take()
            {
                code();
            }
            Ok(())
        }
    }
    let run = by_hand(|clock| {
        let mut sleep = Box::pin(clock.sleep(secs(1.0)));
        let task = Wakes::new();
        let waker = task.waker();
        let mut other = None;
        let polls = || {
            other = Some(Elsewhere::until_it_waits(move || {
                let is_pending = sleep.as_mut().poll(&mut Context::from_waker(&waker)).is_pending();
                drop(waker);
                (sleep, is_pending)
            }));
        };
        let _ = std::fmt::write(&mut Printed(Some(polls)), format_args!("{clock:?}"));
        // Where nothing was written, nothing could come in the middle of it.
        let polled = other.and_then(Elsewhere::end);
        polled.is_some_and(|(_sleep, is_pending)| is_pending && task.kept() == 0)
    });
    run.require(
        !run.value(),
        saw("another side had the lock, and a poll was pending without leaving its waker")
            .expected("a waker for every `Pending`")
            .because(
                "Whoever has the lock lets it go in a moment: wait for it. `try_lock` and `Pending` is a lost wake-up.",
            )
            .outcome(Outcome::LostWakeUp),
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
