use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use harness::{Check, Finished, Gate, Message, Outcome, Trace, more_turns, saw, test};

use super::Executor;

harness::checks!();

/// Gives the code a new executor. Fails if that never comes to an end, or if it breaks a rule.
#[track_caller]
fn drive<T>(trace: &Trace, code: impl FnOnce(&mut Executor) -> T) -> Finished<T> {
    let stuck = trace.clone();
    let run = Check::new()
        .when_stuck(move |outcome| stuck.hangs_in_wake().or_else(|| goes_round(outcome, &stuck)))
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

fn goes_round(outcome: Outcome, trace: &Trace) -> Option<Message> {
    (outcome == Outcome::BusyLoop).then(|| {
        saw(format!("`run` goes round and round, and polls nobody:\n{}", trace.story()))
            .expected("`run` to return when the queue is empty")
            .because(
                "A task that waits is not in the queue, and what brings it back comes from outside. A loop that goes on \
                 until all tasks have ended leaves no time for that, and never ends.",
            )
            .outcome(outcome)
    })
}

/// Every task has a first turn, without a wake, and is dropped when it is ready.
#[test]
fn every_task_runs_to_its_end() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        for name in ["a", "b", "c"] {
            executor.spawn(trace.task(name, async {}));
        }
        executor.run();
        executor.unfinished()
    });
    run.require(
        *run.value() == 0,
        saw(format!("{} tasks that have not ended", run.value()))
            .expected("none")
            .because("All three were ready at their first poll."),
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
}

/// A waker may live longer than its task. A wake that comes too late does nothing.
#[test]
fn a_wake_after_the_end_does_nothing() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let run = drive(&trace, |executor| {
        executor.spawn(trace.task("a", gate.wait()));
        executor.run();
        gate.open();
        executor.run();
        gate.wake();
        catch_unwind(AssertUnwindSafe(|| executor.run())).err().map(|_| "panics")
    });
    run.require(
        run.value().is_none(),
        saw("`run` panics: a task was woken that has ended already").expected("a wake that does nothing").because(
            "Nobody takes wakers back when a task ends: a timer or another thread may hold one for long. So an id in the \
             queue is not always an id of a task.",
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
        saw("the executor is gone, and the future of its task is not")
            .expected("the future to be dropped")
            .because("A task belongs to its executor. Who holds it in a circle, a task its queue and the queue the task, leaks it."),
    );
}
