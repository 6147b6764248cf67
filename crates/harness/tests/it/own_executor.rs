//! What checks see of an executor that a learner wrote: the sleep of its thread, and the rules for its tasks.
//!
//! What hangs for ever runs in a process of its own, as in `verdicts.rs`.

use std::{
    future::{pending, poll_fn, ready},
    pin::{Pin, pin},
    process::Command,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use harness::{Check, Gate, Outside, Trace, Wakes, more_turns, saw, thread};
use mock_llm::{Clock, MockLlm, Model};

/// Polls as often as this, whoever was woken.
fn polls<F: Future>(mut future: Pin<&mut F>, times: usize) {
    for _ in 0..times {
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// The words of the first fault of an executor that does this to a task.
#[track_caller]
fn fault(trace: &Trace, executor: impl FnOnce()) -> String {
    trace.watch(executor);
    trace.fault().map(|fault| format!("{fault:?}")).unwrap_or_default()
}

#[test]
fn an_unpark_ends_the_park_that_goes_on_or_the_next_one() {
    let outside = Outside::new();
    let ended = outside.run(|| {
        thread::current().unpark();
        thread::park();
        let this = thread::current();
        outside.then(|| ());
        outside.then(move || this.unpark());
        thread::park();
    });
    assert_eq!(ended, Some(()));
    assert_eq!((outside.parks(), outside.unparks()), (2, 2));
    assert!(!outside.waited_elsewhere());
}

/// As with `std`: there is one token, however many put it there.
#[test]
fn two_unparks_are_one() {
    let outside = Outside::new();
    let ended = outside.run(|| {
        thread::current().unpark();
        thread::current().unpark();
        thread::park();
        thread::park();
    });
    assert_eq!(ended, None, "nothing ends the second sleep");
}

#[test]
fn a_panic_goes_through_and_leaves_the_thread_as_it_was() {
    let panicked = std::panic::catch_unwind(|| Outside::new().run(|| panic!("the learner's")));
    assert!(panicked.is_err());
    thread::current().unpark();
    // The park of `std`: it takes the token, and returns.
    thread::park();
}

/// The event comes all the same, from another thread, so that a wait of another kind is not a hang.
#[test]
fn who_waits_elsewhere_is_seen() {
    let outside = Outside::new();
    let ended = outside.run(|| {
        let this = std::thread::current();
        outside.then(move || this.unpark());
        std::thread::park();
    });
    assert_eq!(ended, Some(()));
    assert!(outside.waited_elsewhere());
}

#[test]
fn an_executor_without_a_fault_has_none() {
    let trace = Trace::new();
    assert_eq!(fault(&trace, || futures::executor::block_on(trace.task("a", more_turns(3)))), "");
    assert_eq!((trace.polls("a"), trace.wakes("a")), (4, 3));
    assert_eq!(trace.order(), "aaaa");
    assert!(trace.has_ended("a") && trace.is_dropped("a"));
}

#[test]
fn every_fault_has_its_words() {
    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", pending::<()>())), 2));
    assert!(words.contains("polled twice, and woken 0 times"), "{words}");

    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", pending::<()>())), 1_000_000));
    assert!(words.contains("polled 100 times") && words.contains("BusyLoop"), "{words}");

    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", more_turns(usize::MAX))), 1_000_000));
    assert!(words.contains("does not end"), "{words}");

    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", ready(()))), 2));
    assert!(words.contains("was ready, and is polled again"), "{words}");

    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", pending::<()>())), 0));
    assert!(words.contains("never polled"), "{words}");

    let trace = Trace::new();
    let words = fault(&trace, || polls(pin!(trace.task("a", pending::<()>())), 1));
    assert!(words.contains("its future is gone"), "{words}");

    let (trace, gate) = (Trace::new(), Gate::new());
    let mut task = Box::pin(trace.task("a", gate.wait()));
    polls(task.as_mut(), 1);
    let words = fault(&trace, || gate.wake());
    assert!(words.contains("was not polled after that") && words.contains("LostWakeUp"), "{words}");
    gate.wake();
    polls(task.as_mut(), 2);
    let words = fault(&trace, || ());
    assert!(words.contains("woken 2 times before its turn came"), "{words}");

    let trace = Trace::new();
    let mut task = Box::pin(trace.task("a", more_turns(1)));
    let words = fault(&trace, || polls(task.as_mut(), 1));
    assert!(words.contains("woken while it was polled"), "{words}");

    let trace = Trace::new();
    let mut task = Box::pin(trace.task("a", ready(())));
    let words = fault(&trace, || polls(task.as_mut(), 1));
    assert!(words.contains("still kept"), "{words}");
}

/// `will_wake` answers as it would without the trace: a future that keeps its waker keeps it.
#[test]
fn the_waker_is_the_same_as_long_as_the_executors_is() {
    let (trace, first, second) = (Trace::new(), Wakes::new(), Wakes::new());
    let kept = Mutex::new(Vec::<Waker>::new());
    let mut task = pin!(trace.task(
        "a",
        poll_fn(|context| {
            kept.lock().expect("no panic").push(context.waker().clone());
            Poll::<()>::Pending
        })
    ));
    for wakes in [&first, &first, &second] {
        let _ = task.as_mut().poll(&mut Context::from_waker(&wakes.waker()));
    }
    let kept = kept.lock().expect("no panic");
    assert!(kept[0].will_wake(&kept[1]) && !kept[1].will_wake(&kept[2]));
}

/// A clock that a learner wrote, and whose lock the learner's code holds for ever.
#[derive(Debug, Default)]
struct Held(Mutex<()>);

impl Clock for Held {
    fn now(&self) -> std::time::Duration {
        drop(self.0.lock());
        std::time::Duration::ZERO
    }

    fn sleep_until(&self, _: std::time::Duration) -> mock_llm::Sleep {
        Box::pin(pending())
    }
}

#[test]
#[ignore = "run by the_watchdog_does_not_wait_for_the_learners_lock"]
fn holds_the_lock_of_its_clock() {
    let clock = Arc::new(Held::default());
    let llm = MockLlm::builder().clock(clock.clone()).model(Model::new("atlas")).build();
    let check = Check::new().draws(&llm).when_stuck(|outcome| Some(saw("words of the check").outcome(outcome)));
    check.by_hand(|| {
        let held = clock.0.lock();
        std::thread::sleep(std::time::Duration::from_secs(20));
        drop(held);
    });
}

#[test]
fn the_watchdog_does_not_wait_for_the_learners_lock() {
    let output = Command::new(std::env::current_exe().expect("this test has a path"))
        .args(["--ignored", "--exact", "own_executor::holds_the_lock_of_its_clock", "--nocapture", "-q"])
        .env_remove("WORKBOOK_REPORT")
        .output()
        .expect("this test can run itself");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{text}");
    assert!(text.contains("blocked") && text.contains("words of the check"), "{text}");
}
