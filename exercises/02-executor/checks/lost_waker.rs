use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
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
    let check = check.a_panic_means(
        "`run` returns, with the report, also where tasks are stuck. The report is a value: the one who calls `run` decides \
         whether to print it, to panic, or to wake a task after all.",
    );
    check.by_hand(|| code(&mut Executor::default()))
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

/// Three tasks that wait for each other are all named, in the order in which they were spawned.
#[test]
fn tasks_that_wait_for_each_other_are_all_named() {
    // Neither sorted nor sorted backwards.
    let circle = ["birch", "cedar", "atlas"];
    let gates = [Gate::new(), Gate::new(), Gate::new()];
    let run = drive(|executor| {
        for (i, name) in circle.into_iter().enumerate() {
            let (waits, opens) = (gates[i].wait(), gates[(i + 1) % 3].clone());
            executor.spawn("ended", async {});
            executor.spawn(name, async move {
                waits.await;
                opens.open();
            });
        }
        executor.run()
    });
    run.require(
        names(run.value()) == circle,
        saw(told(run.value())).expected("birch, cedar and atlas, in this order").because(
            if names(run.value()).len() == 3 {
                "The tasks are named in the order in which they were spawned, and not in that of their names, so that two \
                 reports of one bug are alike. The map has them in this order."
            } else {
                "A deadlock is a circle: each waits for another one in it. Whoever does not see all of them does not see the \
                 circle."
            },
        ),
    );
}

/// The report changes nothing: it wakes nobody, and a stuck task that is woken after all goes on.
#[test]
fn a_wake_after_the_report_still_counts() {
    let gate = Gate::new();
    let (polls, ended) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    let run = drive(|executor| {
        let (waits, counts, ends) = (gate.wait(), polls.clone(), ended.clone());
        executor.spawn("late", async move {
            let mut waits = pin!(waits);
            poll_fn(|context| {
                counts.set(counts.get() + 1);
                waits.as_mut().poll(context)
            })
            .await;
            ends.set(true);
        });
        let first = executor.run();
        let again = executor.run();
        let polls = polls.get();
        gate.open();
        (first, again, polls, executor.run())
    });
    let (first, again, polls, last) = run.value();
    run.require(
        *polls == 1,
        saw(format!("`run` was called twice, nobody has woken the task, and it was polled {polls} times"))
            .expected("one poll")
            .because("A report looks, and touches nothing: it wakes no task, and puts none into the queue."),
    );
    run.require(
        first.is_err() && first == again && last.is_ok() && ended.get(),
        saw(format!(
            "first {}, then {}, after a wake {}, and the task {}",
            told(first),
            told(again),
            told(last),
            if ended.get() { "has ended" } else { "has not ended" }
        ))
        .expected("the same deadlock twice, then `Ok(())` and the end of the task")
        .because("A report looks, and touches nothing. The one who gets it decides what to do with the tasks."),
    );
}

/// The report tells a waker that is kept from one that is lost.
#[test]
fn a_waker_that_nobody_has_is_a_lost_one() {
    let (gate, forgetful) = (Gate::new(), Gate::new());
    let polls = Rc::new(Cell::new(0));
    let run = drive(|executor| {
        executor.spawn("patient", gate.wait());
        let counts = polls.clone();
        executor.spawn(
            "careless",
            poll_fn(move |_| {
                counts.set(counts.get() + 1);
                Poll::Pending
            }),
        );
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
    let stuck = run.value().as_ref().err().map_or(&[][..], |deadlock| &deadlock.stuck);
    let is_told = |task: &StuckTask| stuck.contains(task);
    let in_another_order = stuck.len() == 3 && expected.as_ref().is_err_and(|all| all.stuck.iter().all(is_told));
    let swapped = *run.value() == Err(Deadlock { stuck: vec![lost("patient"), kept("careless"), kept("forgotten")] });
    run.require(
        *run.value() == expected,
        saw(told(run.value())).expected(told(&expected)).because(if waits(WaitsFor::SomebodyWithItsWaker) {
            "The executor itself holds one reference to each waker. It is not somebody who will call it: only the references \
             beyond that one count."
        } else if waits(WaitsFor::Nobody) {
            "Patient has left its waker with somebody: there is a clone of it, and so one more reference to the `Arc`."
        } else if swapped {
            "The two are the wrong way round. One reference is the executor's own, so a count of one means that nobody has \
             the waker, and each one more is somebody who has it."
        } else if in_another_order {
            "All three are there, each with what is true of it, and the order is another one: the tasks are named in the order in \
             which they were spawned, whatever each waits for."
        } else {
            "Who said `Pending` and left no waker has made the mistake itself. Where a waker is kept, look at the one who \
             should call it. A waker that was kept once and is gone now is lost too: count when you report."
        }),
    );
    run.require(
        polls.get() == 1,
        saw(format!("`run` was called twice, nobody has woken careless, and it was polled {} times", polls.get()))
            .expected("one poll")
            .because("A report looks, and touches nothing: it wakes no task, also where nobody else can."),
    );
    // Somebody has kept wakers, but of a task that has ended.
    let late = Rc::new(RefCell::new(Vec::new()));
    let run = drive(|executor| {
        let keeps = late.clone();
        executor.spawn(
            "ended",
            poll_fn(move |context| {
                keeps.borrow_mut().extend([context.waker().clone(), context.waker().clone()]);
                Poll::Ready(())
            }),
        );
        executor.spawn("careless", pending());
        executor.run()
    });
    let expected = Err(Deadlock { stuck: vec![lost("careless")] });
    run.require(
        *run.value() == expected,
        saw(format!("another task has ended, and its wakers are still kept: {}", told(run.value())))
            .expected(told(&expected))
            .because(
                "Nobody has the waker of careless. Each task has a waker of its own: ask that `Arc` how many hold it, and not the \
                 queue, which the wakers of all tasks share.",
            ),
    );
}

/// Whether one holds the waker or ten do, somebody has it.
#[test]
fn several_may_hold_the_waker() {
    let gate = Gate::new();
    let run = drive(|executor| {
        executor.spawn("popular", gate.wait());
        executor.run().ok();
        let mut others = Vec::new();
        let reports = (1..=10).map(|_| {
            let report = executor.run();
            others.push(gate.waker());
            report
        });
        reports.collect::<Vec<_>>()
    });
    let expected = Err(Deadlock { stuck: vec![kept("popular")] });
    for (others, report) in run.value().iter().enumerate() {
        run.require(
            *report == expected,
            saw(format!("{} hold the waker: {}", others + 1, told(report)))
                .expected("a deadlock: popular waits for SomebodyWithItsWaker")
                .because("A timeout and a channel may both hold a waker of one task, and more may. One is enough."),
        );
    }
}

/// Of 500 tasks 200 are stuck, some of them have one name, and all 200 are told.
#[test]
fn two_hundred_tasks_are_all_told() {
    const NAMES: [&str; 3] = ["writer", "asker", "reader"];
    let gates: Vec<Gate> = (0..200).map(|_| Gate::new()).collect();
    let run = drive(|executor| {
        (0..300).for_each(|_| executor.spawn("ended", async {}));
        for (i, gate) in gates.iter().enumerate() {
            // Two in a row have one name.
            match i % 4 {
                0 => executor.spawn(NAMES[i / 2 % 3], pending()),
                _ => executor.spawn(NAMES[i / 2 % 3], gate.wait()),
            }
        }
        executor.run()
    });
    let name = |i: usize| NAMES[i / 2 % 3];
    let expected: Vec<_> = (0..200).map(|i| if i % 4 == 0 { lost(name(i)) } else { kept(name(i)) }).collect();
    let stuck = run.value().as_ref().err().map_or(&[][..], |deadlock| &deadlock.stuck);
    run.require(
        stuck.len() == 200,
        saw(format!("{} stuck tasks in the report", stuck.len())).expected("200: each one that has not ended").because(
            "The report is as long as the list of the tasks. Two tasks of one name are two, and the number of a task may be \
             any number: 300 have ended before.",
        ),
    );
    let other = stuck.iter().zip(&expected).position(|(told, expected)| told != expected);
    if let Some(i) = other {
        run.fail(
            saw(format!("number {i} of the report: {:?}", stuck[i])).expected(format!("{:?}", expected[i])).because(
                "The report has the tasks in the order in which they were spawned, whatever each waits for, and each with \
                 what is true of it.",
            ),
        );
    }
}
