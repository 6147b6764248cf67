use std::{
    cell::Cell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use harness::{Check, Finished, Gate, Outcome, more_turns, saw, test};

use super::{Deadlock, Executor, StuckTask, WaitsFor};

harness::checks!();

/// Gives the code a new executor. Fails if that does not return.
#[track_caller]
fn drive<T>(code: impl FnOnce(&mut Executor) -> T) -> Finished<T> {
    let check = Check::new().when_stuck(|outcome| {
        let message = saw("the queue is empty, a task is left, and `run` does not return");
        let message = message.expected("`run` to return, with the report").outcome(outcome);
        Some(message.because(
            "Nobody else is there who could put a task into the queue. To wait here, asleep or in a loop, is to wait for \
             ever, and the one who looks at the screen sees nothing at all.",
        ))
    });
    let run = check.by_hand(|| catch_unwind(AssertUnwindSafe(|| code(&mut Executor::default()))).ok());
    run.require(
        run.value().is_some(),
        saw("`run` panics").expected("`run` to return, with the report").because(
            "The report is a value: the one who calls `run` decides whether to print it, to panic, or to wake a task after \
             all.",
        ),
    );
    run.map(|value| value.expect("a run that has panicked has failed"))
}

fn kept(name: &'static str) -> StuckTask {
    StuckTask { name, waits_for: WaitsFor::SomebodyWithItsWaker }
}

fn lost(name: &'static str) -> StuckTask {
    StuckTask { name, waits_for: WaitsFor::Nobody }
}

/// The report in one line.
fn told(result: &Result<(), Deadlock>) -> String {
    match result {
        Ok(()) => "`Ok(())`".to_owned(),
        Err(deadlock) if deadlock.stuck.is_empty() => "a deadlock of no task".to_owned(),
        Err(deadlock) => {
            let tasks =
                deadlock.stuck.iter().map(|StuckTask { name, waits_for }| format!("{name} waits for {waits_for:?}"));
            format!("a deadlock: {}", tasks.collect::<Vec<_>>().join(", "))
        }
    }
}

fn names(result: &Result<(), Deadlock>) -> Vec<&'static str> {
    result.as_ref().err().map_or_else(Vec::new, |deadlock| deadlock.stuck.iter().map(|task| task.name).collect())
}

/// Where every task has ended, there is nothing to report.
#[test]
fn a_run_that_ends_has_nothing_to_report() {
    let run = drive(|executor| {
        executor.spawn("atlas", async {});
        executor.spawn("birch", more_turns(3));
        executor.run()
    });
    run.require(
        run.value().is_ok(),
        saw(told(run.value()))
            .expected("`Ok(())`")
            .because("An empty queue without tasks is the end of the work, and not a deadlock."),
    );
}

/// A task that waits for something that never comes is named; those that have ended are not.
#[test]
fn the_stuck_task_is_named() {
    let gate = Gate::new();
    let run = drive(|executor| {
        executor.spawn("atlas", async {});
        executor.spawn("birch", gate.wait());
        executor.spawn("cedar", more_turns(3));
        executor.run()
    });
    run.require(
        run.value().is_err(),
        saw("`Ok(())`, and birch has not ended").expected("a deadlock that names birch").outcome(Outcome::Deadlock).because(
            "The queue is empty for two reasons: all work is done, or all who are left wait. Only the list of the tasks \
             tells which. An executor that ends without a word here hides the bug.",
        ),
    );
    run.require(
        names(run.value()) == ["birch"],
        saw(told(run.value()))
            .expected("birch, and no other")
            .because("Atlas and cedar have ended. Birch is the one to look at."),
    );
}

/// Two tasks that wait for each other are both named, in the order in which they were spawned.
#[test]
fn tasks_that_wait_for_each_other_are_all_named() {
    let (question, answer) = (Gate::new(), Gate::new());
    let run = drive(|executor| {
        let (waits, opens) = (question.wait(), answer.clone());
        executor.spawn("atlas", async move {
            waits.await;
            opens.open();
        });
        executor.spawn("birch", async {});
        let (waits, opens) = (answer.wait(), question.clone());
        executor.spawn("cedar", async move {
            waits.await;
            opens.open();
        });
        executor.run()
    });
    run.require(
        names(run.value()) == ["atlas", "cedar"],
        saw(told(run.value())).expected("atlas and cedar, in this order").because(if names(run.value()).len() == 2 {
            "The tasks are named in the order in which they were spawned, so that two reports of one bug are alike."
        } else {
            "A deadlock is a circle: each waits for another one in it. Whoever sees only one of them does not see the circle."
        }),
    );
}

/// The report changes nothing: a stuck task that is woken after all goes on.
#[test]
fn a_wake_after_the_report_still_counts() {
    let gate = Gate::new();
    let ended = Rc::new(Cell::new(false));
    let run = drive(|executor| {
        let (waits, ends) = (gate.wait(), ended.clone());
        executor.spawn("late", async move {
            waits.await;
            ends.set(true);
        });
        let first = executor.run();
        gate.open();
        (first, executor.run())
    });
    let (first, second) = run.value();
    run.require(
        first.is_err() && second.is_ok() && ended.get(),
        saw(format!(
            "first {}, then {}, and the task {}",
            told(first),
            told(second),
            if ended.get() { "has ended" } else { "has not ended" }
        ))
        .expected("first a deadlock, then `Ok(())` and the end of the task")
        .because("A report looks, and touches nothing. The one who gets it decides what to do with the tasks."),
    );
}

/// The report tells a waker that is kept from one that is lost.
#[test]
fn a_waker_that_nobody_has_is_a_lost_one() {
    let (gate, forgetful) = (Gate::new(), Gate::new());
    let run = drive(|executor| {
        executor.spawn("patient", gate.wait());
        executor.spawn("careless", pending());
        executor.spawn("forgotten", forgetful.wait());
        executor.run().ok();
        // It had kept the waker, and lets it go. Nothing is polled: only the report is another one.
        forgetful.forget();
        executor.run()
    });
    let expected = Err(Deadlock { stuck: vec![kept("patient"), lost("careless"), lost("forgotten")] });
    let waits = |of: WaitsFor| {
        run.value().as_ref().is_err_and(|deadlock| deadlock.stuck.iter().all(|task| task.waits_for == of))
    };
    run.require(
        *run.value() == expected,
        saw(told(run.value())).expected(told(&expected)).because(if waits(WaitsFor::SomebodyWithItsWaker) {
            "The executor itself holds one reference to each waker. It is not somebody who will call it: only the references \
             beyond that one count."
        } else if waits(WaitsFor::Nobody) {
            "Patient has left its waker with somebody: there is a clone of it, and so one more reference to the `Arc`."
        } else {
            "Who said `Pending` and left no waker has made the mistake itself. Where a waker is kept, look at the one who \
             should call it. A waker that was kept once and is gone now is lost too: count when you report."
        }),
    );
}

/// Three clones of a waker are as good as one.
#[test]
fn several_may_hold_the_waker() {
    let gate = Gate::new();
    let run = drive(|executor| {
        executor.spawn("popular", gate.wait());
        executor.run().ok();
        let _others = [gate.waker(), gate.waker()];
        executor.run()
    });
    run.require(
        *run.value() == Err(Deadlock { stuck: vec![kept("popular")] }),
        saw(told(run.value()))
            .expected("a deadlock: popular waits for SomebodyWithItsWaker")
            .because("A timeout and a channel may both hold a waker of one task, and more may. One is enough."),
    );
}
