use std::{
    cell::RefCell,
    future::poll_fn,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Poll, Waker},
    thread,
};

use harness::{
    Check, Finished, Gate, Kept, Message, Outcome, Trace, at_the_first_allocation, in_between, kept_by, more_turns,
    saw, test,
};

use super::Executor;

harness::checks!();

/// Gives the code a new executor. Fails if that never comes to an end, or if it breaks a rule.
#[track_caller]
fn drive<T>(trace: &Trace, code: impl FnOnce(&mut Executor) -> T) -> Finished<T> {
    drive_in(Check::new(), trace, code)
}

/// The same, in a check that has something to say.
#[track_caller]
fn drive_in<T>(check: Check, trace: &Trace, code: impl FnOnce(&mut Executor) -> T) -> Finished<T> {
    let stuck = trace.clone();
    let run = check
        .when_stuck(move |outcome| stuck.hangs_in_wake().or_else(|| does_not_return(outcome, &stuck)))
        .by_hand(|| {
            let mut executor = Executor::default();
            let value = trace.watch(|| code(&mut executor));
            // Asked while the executor still holds what it holds.
            (value, trace.fault())
        });
    match run.value().1.clone() {
        Some(fault) => run.fail(fault),
        None => run.map(|(value, _)| value.expect("the trace has a fault where it has stopped a run")),
    }
}

fn does_not_return(outcome: Outcome, trace: &Trace) -> Option<Message> {
    let message = match outcome {
        Outcome::BusyLoop => saw(format!("`run` goes round and round, and polls nobody:\n{}", trace.story())).because(
            "A task that waits is not in the queue, and what brings it back comes from outside. A loop that goes on \
             until all tasks have ended leaves no time for that, and never ends.",
        ),
        _ => saw(format!("`run` does not return, and the thread sleeps:\n{}", trace.story())).because(
            "Does it park, or wait in another way, for a task that is woken? This executor does not wait: whoever calls \
             `run` has to go on, and may be the one who wakes. Or does it wait for a lock that it holds already?",
        ),
    };
    Some(message.expected("`run` to return when the queue is empty").outcome(outcome))
}

/// Every task has a first turn, without a wake, and is dropped when it is ready.
#[test]
fn every_task_runs_to_its_end() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        for name in ["a", "b", "c"] {
            executor.spawn(trace.task(name, async {}));
        }
        let before = trace.order();
        executor.run();
        (before, executor.unfinished())
    });
    let (before, unfinished) = run.value();
    run.require(
        before.is_empty(),
        saw(format!("before `run` was called, the polls `{before}`")).expected("no poll before its turn").because(
            "`spawn` puts a task into the queue, and `run` polls. A task that begins inside of `spawn` goes past all that \
             wait for their turn.",
        ),
    );
    run.require(
        *unfinished == 0,
        saw(format!("{unfinished} tasks that have not ended"))
            .expected("none")
            .because("All three were ready at their first poll."),
    );
}

/// A wake returns at once, also when nobody is polled, and puts the task into the queue.
#[test]
fn a_wake_puts_the_task_into_the_queue() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let stuck = trace.clone();
    let check = Check::new().when_stuck(move |outcome| {
        let does_not_return = does_not_return(outcome, &stuck);
        stuck.hangs_in_wake().map_or(does_not_return, |_| {
            let message = saw("a waker is called while no task is polled, and the call does not return");
            message.expected("every `wake` to return at once").outcome(outcome).because(
                "`wake` waits for a lock that it holds itself: the lock of the queue is taken twice in it. Take it once, \
                 into a variable, and use that to look and to push.",
            )
            .into()
        })
    });
    let run = check.by_hand(|| {
        let mut executor = Executor::default();
        trace.watch(|| {
            executor.spawn(trace.task("a", gate.wait()));
            executor.run();
            let waits = trace.polls("a") == 1 && trace.wakes("a") == 0;
            gate.wake();
            executor.run();
            (waits && !trace.is_dropped("a"), trace.polls("a"))
        })
    });
    let waits = run.value().is_some_and(|(waits, _)| waits);
    let polls = run.value().map_or(0, |(_, polls)| polls);
    run.require(
        !waits || polls > 1,
        saw("`a` was woken, `run` was called again, and `a` was not polled again")
            .expected("a second poll of `a`")
            .because(
                "`wake` is all that brings a task back. It puts the number of the task at the end of the queue; `run` finds it \
                 there. Does your `wake` do that?",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// Three tasks that wake themselves once each take turns: `abcabc`.
#[test]
fn tasks_take_turns() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        for name in ["a", "b", "c"] {
            executor.spawn(trace.task(name, more_turns(1)));
        }
        executor.run();
    });
    let order = trace.order();
    run.require(
        order == "abcabc",
        saw(format!("the polls in the order `{order}`")).expected("`abcabc`").because(
            "A task that is woken goes to the end of the queue, behind all that wait for their turn, and the next turn is \
             for the one at the head. Otherwise a task that wakes itself has one turn after the other, and the rest have \
             none.",
        ),
    );
}

/// A task that waits is polled when it is woken, and not before. `run` returns meanwhile.
#[test]
fn a_task_that_waits_is_left_alone() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let run = drive(&trace, |executor| {
        executor.spawn(trace.task("a", gate.wait()));
        executor.run();
        let before = (trace.polls("a"), executor.unfinished());
        executor.run();
        gate.open();
        executor.run();
        (before, executor.unfinished())
    });
    let ((polls, waiting), unfinished) = *run.value();
    run.require(
        (polls, waiting) == (1, 1),
        saw(format!("{polls} polls of a task that waits, and {waiting} tasks left"))
            .expected("one poll, and one task")
            .because("`Pending` is not the end of a task. It stays with the executor, and waits to be woken."),
    );
    run.require(
        unfinished == 0,
        saw("the task was woken and has not ended").expected("its end").because("The wake was what it has waited for."),
    );
}

/// One task wakes another in the middle of its own poll.
#[test]
fn one_task_wakes_another() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let run = drive(&trace, |executor| {
        executor.spawn(trace.task("b", gate.wait()));
        executor.spawn(trace.task("a", async move { gate.open() }));
        executor.run();
    });
    let order = trace.order();
    run.require(
        order == "bab",
        saw(format!("the polls in the order `{order}`"))
            .expected("`bab`: b waits, a wakes it, b ends")
            .because("A wake puts the task into the queue, whoever calls the waker."),
    );
}

/// A task that is woken twice before its turn has one turn.
#[test]
fn two_wakes_make_one_turn() {
    let (trace, gate) = (Trace::new(), Gate::new());
    drive(&trace, |executor| {
        executor.spawn(trace.task("a", gate.wait()));
        executor.run();
        gate.wake();
        gate.wake();
        executor.run();
        gate.open();
        executor.run();
    });
    // The second wake comes in the middle of a run, from the task whose turn is before it.
    let (trace, begins, waits) = (Trace::new(), Gate::new(), Gate::new());
    let run = Check::new().by_hand(|| {
        let mut executor = Executor::default();
        let (begun, wakes) = (begins.wait(), waits.clone());
        trace.watch(|| {
            executor.spawn(trace.task("a", async move {
                begun.await;
                wakes.wake();
            }));
            executor.spawn(trace.task("b", waits.wait()));
            executor.run();
            begins.open();
            waits.wake();
            executor.run();
        });
        (trace.polls("b").saturating_sub(1), trace.fault())
    });
    let (turns, fault) = run.value();
    run.require(
        *turns < 2,
        saw(format!(
            "`a` and `b` were woken, and `a` has woken `b` again in its turn, which came first: then `b` had {turns} turns"
        ))
        .expected("one turn of `b`")
        .because(
            "A task stands in the queue until its own turn comes. A `run` that takes out many at once has emptied the queue \
             before their turns: who is woken meanwhile is not found there, and is put there once more. Take out one, and poll it.",
        ),
    );
    if let Some(fault) = fault.clone() {
        run.fail(fault);
    }
}

/// A task that stands in the queue keeps its place, however many are woken in between, and however often.
#[test]
fn a_task_keeps_its_place_in_the_queue() {
    const TASKS: usize = 200;
    let trace = Trace::new();
    let gates: Vec<Gate> = (0..TASKS).map(|_| Gate::new()).collect();
    drive(&trace, |executor| {
        for (i, gate) in gates.iter().enumerate() {
            executor.spawn(trace.task(&format!("{i} "), gate.wait()));
        }
        executor.run();
        // Each once, in an order that no sort gives, and then again in another one.
        (0..TASKS).for_each(|i| gates[i * 77 % TASKS].wake());
        (0..TASKS).for_each(|i| gates[i * 33 % TASKS].wake());
        executor.run();
    });
    let polls = trace.order();
    let polls: Vec<&str> = polls.split_whitespace().skip(TASKS).collect();
    let expected: Vec<String> = (0..TASKS).map(|i| (i * 77 % TASKS).to_string()).collect();
    // More polls than that have been told by the trace.
    let other = expected.iter().zip(&polls).position(|(expected, task)| expected != task);
    if let Some(i) = other {
        let place = |task: &str| expected.iter().position(|expected| expected == task).map_or(0, |place| place + 1);
        Check::new().by_hand(|| ()).fail(
            saw(format!("200 tasks were woken twice each; turn {} was for the one that was woken as number {}", i + 1, place(polls[i])))
                .expected("the order of the first wakes")
                .because(
                    "A task that stands in the queue keeps its place. A second wake says nothing new: the task will be polled. \
                     One that is sent to the end at every wake may wait for ever, if somebody wakes it often enough.",
                ),
        );
    }
}

/// A waker may live longer than its task. A wake that comes too late does nothing.
#[test]
fn a_wake_after_the_end_does_nothing() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let check = Check::new().a_panic_means(
        "A task is woken here that has ended already, and then `run` is called. Nobody takes wakers back when a task ends: a \
         timer or another thread may hold one for long. So an id in the queue is not always an id of a task, and such a wake \
         does nothing.",
    );
    let run = drive_in(check, &trace, |executor| {
        let other = Gate::new();
        executor.spawn(trace.task("a", gate.wait()));
        // Not of the trace, which would tell of its lost wake before the reason.
        executor.spawn(other.wait());
        executor.run();
        gate.open();
        executor.run();
        gate.wake();
        other.open();
        executor.run();
        executor.unfinished()
    });
    run.require(
        *run.value() == 0,
        saw("a task was woken that has ended already, and then another one, which was not polled")
            .expected("a turn for the other one")
            .because(
                "An id in the queue that belongs to no task is skipped, and `run` goes on: the queue is not empty yet.",
            ),
    );
}

/// Another thread calls the waker.
#[test]
fn a_wake_from_another_thread_counts() {
    let (trace, gate) = (Trace::new(), Gate::new());
    drive(&trace, |executor| {
        executor.spawn(trace.task("a", gate.wait()));
        executor.run();
        let opened = thread::spawn(move || gate.open()).join();
        opened.expect("waking does not panic");
        executor.run();
    });
}

/// When the executor goes, the tasks that wait go with it.
#[test]
fn the_tasks_go_with_the_executor() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let run = drive(&trace, |executor| {
        executor.spawn(trace.task("a", gate.wait()));
        executor.run();
        gate.forget();
    });
    run.require(
        trace.is_dropped("a"),
        saw("the executor is gone, and the future of its task is not").expected("the future to be dropped").because(
            "A task belongs to its executor. Who holds it in a circle, a task its queue and the queue \
                      the task, leaks it.",
        ),
    );
}

/// A future may wake somebody while it is dropped.
#[test]
fn a_task_may_wake_another_when_it_is_dropped() {
    struct Opens(Gate);
    impl Drop for Opens {
        fn drop(&mut self) {
            self.0.open();
        }
    }
    let (trace, gate) = (Trace::new(), Gate::new());
    let stuck = trace.clone();
    let check = Check::new().when_stuck(move |outcome| {
        stuck.hangs_in_wake().map(|_| {
            let message = saw("the future of a task that has ended is dropped, it wakes another task, and that \
                               does not return");
            message.expected("every `wake` to return at once").outcome(outcome).because(
                "What is dropped may do anything: a sender that goes wakes the receiver. The lock of the queue is held while \
                 the task is removed, and the waker waits for it. Hold no lock while a task is polled or dropped.",
            )
        })
    });
    let run = check.by_hand(|| {
        let mut executor = Executor::default();
        executor.spawn(trace.task("waits", gate.wait()));
        let opens = Opens(gate);
        let mut opens = Some(opens);
        // Ready, and still there: it goes with its future.
        executor.spawn(poll_fn(move |_| {
            let _ = &mut opens;
            Poll::Ready(())
        }));
        trace.watch(|| executor.run());
        executor.unfinished()
    });
    run.require(
        *run.value() == 0 && trace.has_ended("waits"),
        saw(format!("a task was woken by the drop of another one; {} have not ended", run.value()))
            .expected("the end of both")
            .because(
                "A wake is a wake, whenever it comes. Drop a task as soon as it is ready, and go on until \
                      the queue is empty.",
            )
            .outcome(Outcome::LostWakeUp),
    );
}

/// A task whose waker nobody has is left as it is. It is not for `run` to judge.
#[test]
fn a_task_that_nobody_can_wake_is_left() {
    let owned = Arc::new(());
    let run = Check::new().by_hand(|| {
        let mut executor = Executor::default();
        let owns = owned.clone();
        executor.spawn(poll_fn(move |_| {
            let _ = &owns;
            Poll::Pending
        }));
        executor.run();
        (executor.unfinished(), Arc::strong_count(&owned))
    });
    run.require(
        *run.value() == (1, 2),
        saw("a task was pending, nobody has its waker, and the executor has dropped it")
            .expected("the task to be left as it is")
            .because(
                "To drop a task is to cancel it, and what it owns goes with it. Tasks that wait are left as they are, also \
                 those that nobody will wake: they are a bug to be seen, and not to be swept away.",
            ),
    );
}

/// Many wakes before a turn keep nothing, and a task that has ended leaves nothing.
#[test]
fn nothing_is_left_over() {
    let run = Check::new().by_hand(|| {
        let kept: Arc<Mutex<Option<Waker>>> = Arc::default();
        let keeps = kept.clone();
        let mut executor = Executor::default();
        executor.spawn(poll_fn(move |context| {
            *keeps.lock().expect("nobody panics with this lock") = Some(context.waker().clone());
            Poll::Pending
        }));
        executor.run();
        let waker = kept.lock().expect("nobody panics with this lock").take();
        let by_wakes = kept_by(|| (0..500).for_each(|_| waker.iter().for_each(Waker::wake_by_ref)));
        executor.run();
        let by_tasks = kept_by(|| {
            executor.spawn(async {});
            executor.run();
        });
        (by_wakes, by_tasks)
    });
    let (by_wakes, by_tasks) = run.value();
    run.require(
        *by_wakes == Kept::default(),
        saw(format!("a task was woken 500 times before its turn, and that keeps {} bytes", by_wakes.bytes))
            .expected("0 bytes: it stands in the queue once")
            .because(
                "A task stands in the queue at most once, and not only at most once when it is taken out. A task that is woken \
                 often and polled late fills the memory otherwise.",
            ),
    );
    run.require(
        *by_tasks == Kept::default(),
        saw(format!("a task that has ended leaves {} bytes in {} blocks", by_tasks.bytes, by_tasks.blocks))
            .expected("nothing")
            .because(
                "An executor runs for months. Whatever it keeps of each task that has ended, the waker \
                      too, fills the memory.",
            ),
    );
}

/// Threads that wake at one instant put the task into the queue once.
#[test]
fn wakes_at_one_instant_make_one_turn() {
    // One try is enough on a quiet machine; see `in_between`.
    for _ in 0..20 {
        let kept: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let polls = Arc::new(AtomicUsize::new(0));
        // One task that is about to be woken twice, and others whose wakes make the queue grow: one at a time, so that it has
        // never been so long.
        let run = Check::new().by_hand(|| {
            let mut executor = Executor::default();
            for task in 0..17 {
                let (keeps, polls) = (kept.clone(), polls.clone());
                executor.spawn(poll_fn(move |context| {
                    polls.fetch_add(usize::from(task == 0), Ordering::Relaxed);
                    let mut kept = keeps.lock().expect("nobody panics with this lock");
                    if kept.len() == task {
                        kept.push(context.waker().clone());
                    }
                    Poll::Pending
                }));
                executor.run();
                // What hangs or panics does it here, where it is told.
                let waker = kept.lock().expect("nobody panics with this lock").last().cloned();
                waker.iter().for_each(Waker::wake_by_ref);
                executor.run();
            }
            executor
        });
        let wakers = kept.lock().expect("nobody panics with this lock").clone();
        run.premise(wakers.len() == 17, "Not all tasks have been polled.");
        polls.store(0, Ordering::Relaxed);
        let others = Rc::new(RefCell::new(None));
        let meet = {
            let (others, first, second) = (others.clone(), wakers[0].clone(), wakers[0].clone());
            move || {
                others.replace(Some(in_between(move || first.wake(), move || second.wake())));
            }
        };
        at_the_first_allocation(meet, || wakers[1..].iter().for_each(Waker::wake_by_ref));
        // A queue that does not grow under its lock is not held still like this.
        let Some((first, second)) = others.take() else { return };
        let _ = (first.end(), second.end());
        let mut executor = run.into_value();
        let run = Check::new().by_hand(|| executor.run());
        let turns = polls.load(Ordering::Relaxed);
        run.require(
            turns > 0,
            saw("two threads have woken a task at one instant, while the lock of the queue was held, and it had no turn")
                .expected("one turn")
                .because(
                    "Both wakes were thrown away. Does `wake` give up where it does not get the lock (`try_lock`)? Whoever has \
                     the lock lets it go in a moment: wait for it with `lock`.",
                )
                .outcome(Outcome::LostWakeUp),
        );
        run.require(
            turns == 1,
            saw(format!("two threads have woken a task at one instant, and it had {turns} turns"))
                .expected("one turn")
                .because(
                    "To look whether the task is in the queue and to put it there is one step: hold the lock from the look to the \
                     push. Between two locks another thread puts it there.",
                ),
        );
    }
}

/// Three tasks that wake themselves two thousand times take turns to the end. `run` has no last round.
#[test]
fn a_long_way_has_an_end() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        for name in ["a", "b", "c"] {
            executor.spawn(trace.task(name, more_turns(2000)));
        }
        executor.run();
        executor.unfinished()
    });
    run.require(
        *run.value() == 0 && trace.order() == "abc".repeat(2001),
        saw(format!("{} tasks have not ended, after {} polls", run.value(), trace.all_polls()))
            .expected("0 tasks, after 6003 polls, in turn")
            .because("The queue says when `run` is at its end, and no number of rounds does: go on until it is empty."),
    );
}
