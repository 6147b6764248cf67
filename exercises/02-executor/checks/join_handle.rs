use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
};

use harness::{Check, Finished, Gate, Message, Outcome, Trace, Wakes, more_turns, saw, test};

use super::{Executor, JoinHandle, Panicked};

harness::checks!();

/// Gives the code a new executor. Fails if that never comes to an end, or if it breaks a rule.
#[track_caller]
fn drive<T>(trace: &Trace, code: impl FnOnce(&mut Executor) -> T) -> Finished<T> {
    keeps_the_rules(start(trace, code))
}

/// The same, for a check that has something to say before the rules have.
#[track_caller]
fn start<T>(trace: &Trace, code: impl FnOnce(&mut Executor) -> T) -> Finished<(Option<T>, Option<Message>)> {
    let stuck = trace.clone();
    Check::new().when_stuck(move |outcome| stuck.hangs_in_wake().or_else(|| Some(does_not_return(outcome)))).by_hand(
        || {
            let mut executor = Executor::default();
            let value = trace.watch(|| code(&mut executor));
            // Asked while the executor still holds what it holds.
            (value, trace.fault())
        },
    )
}

fn does_not_return(outcome: Outcome) -> Message {
    saw("`spawn`, `run` or the `poll` of a handle does not return")
        .expected("each of them to return: none of them waits")
        .because(
            "There is one thread, and it is the one that runs the tasks. Where it waits for a task, asleep or in a loop, nobody \
             runs that task. `spawn` puts the task into the queue. `poll` looks, leaves its waker, and says `Pending`.",
        )
        .outcome(outcome)
}

#[track_caller]
fn keeps_the_rules<T>(run: Finished<(Option<T>, Option<Message>)>) -> Finished<T> {
    match run.value().1.clone() {
        Some(fault) => run.fail(fault),
        None => run.map(|(value, _)| value.expect("the trace has a fault where it has stopped a run")),
    }
}

/// Polls with the waker of this task.
fn poll_as<T: 'static>(task: &Wakes, handle: Pin<&mut JoinHandle<T>>) -> Poll<Result<T, Panicked>> {
    handle.poll(&mut Context::from_waker(&task.waker()))
}

/// What a task says when it panics. (It says it in a text of its own: one that is put together is another kind of payload.)
const NO_TOKENS: &str = "the reply has no tokens";

/// Runs this. `None`: the panic of the task has come out. Any other panic goes on, and is told with its own words.
fn unless_the_panic_comes_out<T>(code: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(value) => Some(value),
        Err(panic) if words(&*panic).contains(NO_TOKENS) => None,
        Err(panic) => resume_unwind(panic),
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words")
}

/// A handle that is awaited after the task has ended has the result at once.
#[test]
fn a_result_that_is_there_is_taken() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        let handle = executor.spawn(trace.task("work", async { "a reply" }));
        executor.run();
        let has_ended = trace.has_ended("work");
        (poll_as(&Wakes::new(), pin!(handle)), has_ended)
    });
    run.require(
        run.value().1,
        saw("the executor has run, and the task has not ended").expected("the task to end, whether anybody joins it or not").because(
            "`spawn` starts the task. The handle is only one who waits for the result, and here it waits for nothing.",
        ),
    );
    run.require(
        run.value().0 == Poll::Ready(Ok("a reply")),
        saw(format!("{:?}", run.value().0)).expected("Ready(Ok(\"a reply\"))").because(
            "The task may end before anybody awaits its handle. So the result lies where both can reach it, and the handle \
             looks there before it waits.",
        ),
    );
}

/// Whoever awaits the handle before the task has ended is woken when the result is there.
#[test]
fn the_one_who_waits_is_woken() {
    struct Seen {
        first: Poll<Result<&'static str, Panicked>>,
        kept: usize,
        wakes_before: usize,
        wakes_after: usize,
        last: Poll<Result<&'static str, Panicked>>,
    }
    let (trace, gate, joiner) = (Trace::new(), Gate::new(), Wakes::new());
    let run = drive(&trace, |executor| {
        let waits = gate.wait();
        let mut handle = pin!(executor.spawn(trace.task("work", async move {
            waits.await;
            "a reply"
        })));
        executor.run();
        let first = poll_as(&joiner, handle.as_mut());
        let (kept, wakes_before) = (joiner.kept(), joiner.count());
        gate.open();
        executor.run();
        let wakes_after = joiner.count();
        let last = if first.is_pending() { poll_as(&joiner, handle) } else { Poll::Pending };
        Seen { first, kept, wakes_before, wakes_after, last }
    });
    let Seen { first, kept, wakes_before, wakes_after, last } = run.value();
    run.require(
        first.is_pending(),
        saw(format!("{first:?} from the handle of a task that waits"))
            .expected("Pending")
            .because("There is no result yet, neither a good one nor a bad one."),
    );
    run.require(
        *wakes_before == 0,
        saw("the handle has woken the one who awaits it, and the task has not ended")
            .expected("no wake before the result is there")
            .because("A handle that wakes its own task whenever it is pending is polled again and again, for nothing.")
            .outcome(Outcome::BusyLoop),
    );
    run.require(
        *wakes_after > 0,
        saw("the task has ended, and the one who awaits its handle was not woken")
            .expected("a wake when the result is there")
            .because(if *kept == 0 {
                "The handle said `Pending` and has kept no waker: nobody can be told. `poll` puts a clone of \
                 `context.waker()` where the task finds it."
            } else {
                "The waker lies there, and nobody has called it. The task leaves its result *and* wakes whoever waits for \
                 it: the executor does not know who joins whom."
            })
            .outcome(Outcome::LostWakeUp),
    );
    run.require(
        *last == Poll::Ready(Ok("a reply")),
        saw(format!("{last:?} after the wake"))
            .expected("Ready(Ok(\"a reply\"))")
            .because("Who is woken finds the result: it is put there first, and the wake comes after it."),
    );
}

/// The handle goes from one task to another: the one that has polled last is woken.
#[test]
fn the_newest_waker_is_woken() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let (first, second) = (Wakes::new(), Wakes::new());
    let run = drive(&trace, |executor| {
        let mut handle = pin!(executor.spawn(trace.task("work", gate.wait())));
        executor.run();
        // Twice by the same task: to look again is no reason for a wake.
        let _ = poll_as(&first, handle.as_mut());
        let _ = poll_as(&first, handle.as_mut());
        let _ = poll_as(&second, handle.as_mut());
        gate.open();
        executor.run();
    });
    run.require(
        (first.count(), second.count()) != (1, 1),
        saw("the task that had polled before was woken, and the newest one too")
            .expected("one wake, of the newest waker")
            .because(
                "Whoever has given the handle away waits no longer, and a task that polls twice asks for no turn by that. A \
                 waker that is replaced is dropped, and not called.",
            ),
    );
    run.require(
        second.count() < 2,
        saw(format!("the newest waker was called {} times, and the task has ended once", second.count()))
            .expected("one wake")
            .because(
                "One end, one wake. A second one is a turn for nothing: take the waker out, and call it in one place. \
                 (`wake_by_ref` is a call like `wake`.)",
            ),
    );
    run.require(
        second.count() == 1,
        saw(match (first.count(), second.count()) {
            (1.., 0) => "the newest waker was not called, and the one before it was".to_owned(),
            _ => "the newest waker was not called".to_owned(),
        })
        .expected("the newest waker to be called, once")
        .because(
            "A handle is a value: one task may poll it, and then give it to another. The promise of `Pending` is for \
                 the waker of the last poll.",
        )
        .outcome(Outcome::LostWakeUp),
    );
}

/// Whoever is woken may look at once, in the middle of the wake: the result is there, and nothing is borrowed.
#[test]
fn the_woken_one_finds_the_result() {
    let (trace, gate, joiner) = (Trace::new(), Gate::new(), Wakes::new());
    let found = Rc::new(RefCell::new(None));
    let run = drive(&trace, |executor| {
        let waits = gate.wait();
        let handle = Rc::new(RefCell::new(Box::pin(executor.spawn(trace.task("work", async move {
            waits.await;
            "a reply"
        })))));
        executor.run();
        let _ = poll_as(&joiner, handle.borrow_mut().as_mut());
        let (looks, finds) = (handle.clone(), found.clone());
        joiner.when_woken(move || {
            let polled = catch_unwind(AssertUnwindSafe(|| poll_as(&Wakes::new(), looks.borrow_mut().as_mut())));
            *finds.borrow_mut() = Some(polled.map_err(|panic| words(&*panic).to_owned()));
        });
        gate.open();
        executor.run();
        joiner.kept()
    });
    let found = found.take();
    if let Some(Err(words)) = &found {
        let message = saw(format!("the handle was polled in the middle of the wake, and that panics: {words}"));
        run.fail(if words.contains("borrowed") {
            message.expected("no borrow while the waker is called").because(
                "A waker is somebody else's code: it may poll the handle at once. Take the waker out in a statement of its \
                 own, and call it when the borrow has ended. (In `if let Some(joiner) = shared.borrow_mut()…` it lasts to the \
                 end of the body.)",
            )
        } else {
            message.expected("no panic").because(
                "A waker is somebody else's code: it may poll the handle at once. All that a poll looks at is in its place \
                 before the waker is called.",
            )
        });
    }
    run.require(
        found == Some(Ok(Poll::Ready(Ok("a reply")))),
        saw(match &found {
            Some(Ok(polled)) => format!("{polled:?} in the middle of the wake"),
            _ => "no wake".to_owned(),
        })
        .expected("Ready(Ok(\"a reply\"))")
        .because("The result is put there first, and the wake comes after it: whoever is woken may look at once.")
        .outcome(Outcome::LostWakeUp),
    );
    run.require(
        *run.value() == 0,
        saw("the task has ended, and the waker of the one who has joined it is still kept")
            .expected("no waker to be kept")
            .because("The wait is over. Whoever keeps a waker keeps the memory of its task."),
    );
}

/// Who drops the handle detaches the task: it runs to its end, before its first poll or after it.
#[test]
fn a_dropped_handle_detaches_the_task() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let result = Rc::new("a reply that nobody wants");
    let returned = result.clone();
    let run = start(&trace, |executor| {
        drop(executor.spawn(trace.task("at once", more_turns(1))));
        let waits = gate.wait();
        let handle = executor.spawn(trace.task("later", async move {
            waits.await;
            returned
        }));
        executor.run();
        drop(handle);
        gate.open();
        executor.run();
    });
    for name in ["at once", "later"] {
        run.require(
            trace.has_ended(name),
            saw(format!("the handle of `{name}` was dropped, and its task has not ended")).expected("the task to run on").because(
                "The executor owns the task, and the handle owns nothing but the wish to know. In tokio it is the same: a \
                 dropped handle detaches. Who wants to end a task calls `abort`.",
            ),
        );
    }
    let run = keeps_the_rules(run);
    run.require(
        Rc::strong_count(&result) == 1,
        saw("the task has ended, and its result is still kept")
            .expected("the result to be dropped")
            .because("Nobody holds the handle, so nobody will ever take it. What nobody can take must not be kept."),
    );
}

/// Whoever joins a task that panics gets the panic as a value.
#[test]
fn a_panic_reaches_the_one_who_joins() {
    let (trace, joiner) = (Trace::new(), Wakes::new());
    let run = drive(&trace, |executor| {
        let mut handle = pin!(executor.spawn(trace.task("work", async {
            more_turns(1).await;
            panic!("the reply has no tokens")
        })));
        let first: Poll<Result<(), _>> = poll_as(&joiner, handle.as_mut());
        let out_of_run = unless_the_panic_comes_out(|| executor.run()).is_none();
        let last = unless_the_panic_comes_out(|| poll_as(&joiner, handle.as_mut()));
        (first, out_of_run, last)
    });
    let (first, out_of_run, last) = run.value();
    run.require(
        !out_of_run,
        saw("the panic of a task comes out of `run`").expected("`run` to go on with the other tasks").because(
            "One thread runs all the tasks. A panic that nobody catches goes through the loop of the executor, and with it \
             goes every task.",
        ),
    );
    run.require(
        last.is_some(),
        saw("the panic of a task comes out of the `poll` of its handle").expected("Ready(Err(…))").because(
            "The one who joins decides what a failed task means: ask again, or give up, or panic too. That takes a value.",
        ),
    );
    run.require(
        *first == Poll::Pending && joiner.count() == 1,
        saw(format!("the task has panicked, and the one who waits for it was woken {} times", joiner.count()))
            .expected("one wake")
            .because("A panic is an end like any other. Whoever waits for it must hear of it, or waits for ever.")
            .outcome(Outcome::LostWakeUp),
    );
    let expected = Poll::Ready(Err(Panicked(NO_TOKENS.to_owned())));
    run.require(
        last.as_ref() == Some(&expected),
        saw(format!("{:?}", last.as_ref().expect("checked above")))
            .expected(format!("{expected:?}"))
            .because("The words of the panic are what the one who joins can log, or show."),
    );
}

/// A task that panics, with nobody to join it, is gone, and the others run on.
#[test]
fn a_panic_ends_no_other_task() {
    let trace = Trace::new();
    let run = drive(&trace, |executor| {
        drop(executor.spawn(trace.task("panics", async { panic!("the reply has no tokens") })));
        drop(executor.spawn(trace.task("runs on", more_turns(2))));
        unless_the_panic_comes_out(|| executor.run()).is_none()
    });
    let out_of_run = *run.value();
    run.require(
        !out_of_run && trace.has_ended("runs on"),
        saw(if out_of_run {
            "the panic of a task that nobody joins comes out of `run`".to_owned()
        } else {
            let polls = trace.polls("runs on");
            format!("after the panic of one task another one was polled {polls} times and has not ended")
        })
        .expected("it to run to its end")
        .because("Each task fails for itself."),
    );
    run.require(
        trace.is_dropped("panics"),
        saw("the task has panicked, and its future is still kept")
            .expected("the future to be dropped")
            .because("What has panicked is never polled again. It is dropped like one that was ready."),
    );
}

/// A task awaits two others, the slow one first.
#[test]
fn a_task_joins_two_others() {
    let trace = Trace::new();
    let results = Rc::new(RefCell::new(Vec::new()));
    let out = results.clone();
    let run = drive(&trace, |executor| {
        let slow = executor.spawn(trace.task("s", async {
            more_turns(2).await;
            "slow"
        }));
        let fast = executor.spawn(trace.task("f", async { "fast" }));
        let joins = async move {
            for handle in [slow, fast] {
                let result = handle.await;
                out.borrow_mut().push(result);
            }
        };
        drop(executor.spawn(trace.task("j", joins)));
        executor.run();
    });
    run.require(
        *results.borrow() == [Ok("slow"), Ok("fast")],
        saw(format!("{:?}", results.borrow())).expected("[Ok(\"slow\"), Ok(\"fast\")]").because(
            "The order of the results is the order of the `.await`s, and not the order in which the tasks end.",
        ),
    );
    run.require(
        trace.order() == "sfjssj",
        saw(format!("the polls in the order `{}`", trace.order()))
            .expected("`sfjssj`: each has its first turn, `s` ends, and `j` has one more turn")
            .because(
                "Who joins is woken once, by the task that it waits for. The result of `f` has been there for long.",
            ),
    );
}

/// The result was given, a reply or a panic. A handle that is awaited once more does not wait for another one.
#[test]
fn a_second_await_is_no_wait() {
    for fails in [false, true] {
        let (trace, joiner) = (Trace::new(), Wakes::new());
        let run = drive(&trace, |executor| {
            let mut handle = pin!(executor.spawn(trace.task("work", async move {
                assert!(!fails, "the reply has no tokens");
            })));
            executor.run();
            let first = poll_as(&joiner, handle.as_mut());
            let kept = joiner.kept();
            let second = catch_unwind(AssertUnwindSafe(|| poll_as(&joiner, handle.as_mut())));
            (first, kept, second.map_err(|panic| words(&*panic).to_owned()))
        });
        let (first, kept, second) = run.value();
        run.require(
            *kept == 0,
            saw(format!("{first:?}, and the handle keeps the waker of this poll"))
                .expected("no waker to be kept")
                .because(
                    "Only a poll that is pending leaves its waker. Whoever has the result waits for nothing more.",
                ),
        );
        run.require(
            *second != Ok(Poll::Pending),
            saw(format!("the handle has given {first:?}, and at the next poll it is pending"))
                .expected("a panic that says so")
                .because(
                    "Nobody will ever leave a second result there, so this wait has no end, and the program hangs without a \
                     word. The mistake is the caller's; a panic shows it where it was made.",
                )
                .outcome(Outcome::Deadlock),
        );
        match second {
            Ok(second) => run.fail(
                saw(format!("{second:?} at the second await"))
                    .expected("a panic")
                    .because("A result is given once, as the task of the exercise says. Whoever needs it twice keeps it."),
            ),
            Err(words) => run.require(
                !are_rusts_own(words),
                saw(format!("the handle panics at the second await, and says: {words}"))
                    .expected("a panic in words of your own, which say that the handle was awaited again")
                    .because(
                        "The one who reads these words has awaited a handle twice, and knows nothing of what is inside of it. \
                         An `unwrap` on what is gone says where your code stands, and not what the caller has done. `expect`, \
                         `assert!` and `panic!` take a text.",
                    ),
            ),
        }
    }
}

/// What a panic says of which nobody has written the words: an `unwrap`, a bare `unreachable!()`, a borrow.
fn are_rusts_own(words: &str) -> bool {
    let bare = ["explicit panic", "internal error: entered unreachable code", "not implemented", "not yet implemented"];
    let begins = [
        "called `Option::unwrap()`",
        "called `Result::unwrap",
        "RefCell already",
        "already borrowed",
        "already mutably",
    ];
    bare.contains(&words) || begins.iter().any(|begin| words.starts_with(begin))
}

/// A handle was awaited and then dropped, as a timeout does. The one who has waited gets no turn for it.
#[test]
fn a_handle_that_is_dropped_wakes_nobody() {
    let (trace, gate, joiner) = (Trace::new(), Gate::new(), Wakes::new());
    let run = drive(&trace, |executor| {
        let mut handle = Box::pin(executor.spawn(trace.task("work", gate.wait())));
        executor.run();
        let _ = poll_as(&joiner, handle.as_mut());
        drop(handle);
        let kept = joiner.kept();
        gate.open();
        executor.run();
        (kept, joiner.count())
    });
    let (kept, wakes) = *run.value();
    run.require(
        wakes == 0 && kept == 0,
        saw(match wakes {
            0 => "the handle is gone, and the waker of the one who has awaited it is still kept".to_owned(),
            _ => "the handle was dropped, the task has ended, and whoever had awaited it was woken".to_owned(),
        })
        .expected("the waker to go with the handle")
        .because(
            "Whoever drops the handle has given up waiting. A wake now is a turn for nothing, and until then the memory of \
             that task is kept. So the handle takes the waker back when it is dropped.",
        ),
    );
}

/// Whoever joins is woken in the turn in which the task ends.
#[test]
fn the_wake_comes_with_the_end() {
    let (trace, gate) = (Trace::new(), Gate::new());
    let run = drive(&trace, |executor| {
        let handle = executor.spawn(trace.task("s", gate.wait()));
        drop(executor.spawn(trace.task("j", async move { drop(handle.await) })));
        drop(executor.spawn(trace.task("o", async move {
            gate.open();
            more_turns(3).await;
        })));
        executor.run();
    });
    run.require(
        trace.order() == "sjosojoo",
        saw(format!("the polls in the order `{}`", trace.order()))
            .expected("`sjosojoo`: `s` ends in its second turn and wakes `j`, which stands behind `o` then")
            .because("The task leaves its result and wakes whoever waits, both in its last turn. Nothing is left to wait for."),
    );
}
