//! What the chapters say of tokio, each sentence as a program. Where a version of tokio does something else, a test turns red, and
//! the chapter must change.

use std::{
    cell::Cell,
    future::{pending, poll_fn, ready},
    mem,
    pin::pin,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::{Notify, oneshot, watch},
    task::{JoinSet, LocalSet, spawn_blocking, yield_now},
    time::{Instant, sleep, timeout},
};

use crate::secs;

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a tokio runtime")
}

fn paused() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a tokio runtime")
}

fn threads(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).build().expect("a tokio runtime")
}

/// What is left over when `block_on` returns waits for the next `block_on`. It is dropped with the runtime.
#[test]
fn what_is_left_is_dropped_with_the_runtime_and_not_by_block_on() {
    let token = Arc::new(());
    let held = Arc::clone(&token);
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&steps);
    let runtime = one_thread();
    runtime.block_on(async move {
        tokio::spawn(async move {
            let _held = held;
            for _ in 0..2 {
                counted.fetch_add(1, Relaxed);
                yield_now().await;
            }
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!((steps.load(Relaxed), Arc::strong_count(&token)), (1, 2));
    runtime.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!((steps.load(Relaxed), Arc::strong_count(&token)), (2, 2), "it went on");
    drop(runtime);
    assert_eq!(Arc::strong_count(&token), 1);
}

/// With several threads it goes on: the workers poll it, whether or not somebody is in `block_on`.
#[test]
fn on_several_threads_what_is_left_goes_on_after_block_on() {
    let runtime = threads(1);
    let (says, said) = mpsc::channel();
    let (go, gone) = oneshot::channel::<()>();
    runtime.block_on(async {
        tokio::spawn(async move {
            gone.await.expect("it is sent below");
            says.send("after block_on").expect("the test listens");
        });
    });
    go.send(()).expect("the task waits for it");
    assert_eq!(said.recv_timeout(secs(60)), Ok("after block_on"));
}

/// An `.await` that is ready does not end a poll, so it is no place to stop at either.
#[test]
fn an_aborted_task_stops_when_its_poll_is_pending_and_not_at_its_next_await() {
    one_thread().block_on(async {
        let (give, own) = oneshot::channel::<tokio::task::AbortHandle>();
        let to_its_end = tokio::spawn(async move {
            own.await.expect("the handle is sent").abort();
            let mut awaits = 0;
            for _ in 0..17 {
                ready(()).await;
                awaits += 1;
            }
            awaits
        });
        give.send(to_its_end.abort_handle()).expect("the task waits for it");
        assert_eq!(to_its_end.await.expect("it has ended before it could be stopped"), 17);

        let (give, own) = oneshot::channel::<tokio::task::AbortHandle>();
        let stopped = tokio::spawn(async move {
            own.await.expect("the handle is sent").abort();
            yield_now().await;
            unreachable!("that poll was pending");
        });
        give.send(stopped.abort_handle()).expect("the task waits for it");
        assert!(stopped.await.is_err_and(|error| error.is_cancelled()));
    });
}

/// `abort` only marks the task. Its future is dropped when the runtime has a turn.
#[test]
fn abort_and_the_drop_of_a_join_set_do_not_wait() {
    one_thread().block_on(async {
        let token = Arc::new(());
        let mut set = JoinSet::new();
        let held = Arc::clone(&token);
        set.spawn(async move {
            let _held = held;
            pending::<()>().await
        });
        yield_now().await;
        drop(set);
        assert_eq!(Arc::strong_count(&token), 2, "the future is still there");
        yield_now().await;
        assert_eq!(Arc::strong_count(&token), 1);
    });
}

/// With one thread a task begins when the one that spawned it has said `Pending`. With several it may begin at once.
#[test]
fn on_several_threads_a_task_may_begin_before_its_parent_gives_way() {
    let begun = threads(1).block_on(async {
        let (begins, begun) = mpsc::channel();
        tokio::spawn(async move { begins.send(()).expect("somebody waits") });
        // This blocks the thread of `block_on`, which is none of the workers.
        begun.recv_timeout(secs(60))
    });
    assert_eq!(begun, Ok(()));
}

/// A worker has a place beside its queue for the task that was woken last, and polls that one first.
#[test]
fn on_several_threads_the_task_that_was_woken_last_runs_first() {
    let order = threads(1).block_on(async {
        let all = async {
            let order = Arc::new(Mutex::new(String::new()));
            let tasks = ['a', 'b', 'c'].map(|name| {
                let order = Arc::clone(&order);
                tokio::spawn(async move { order.lock().expect("no panic").push(name) })
            });
            for task in tasks {
                task.await.expect("no panic");
            }
            mem::take(&mut *order.lock().expect("no panic"))
        };
        tokio::spawn(all).await.expect("no panic")
    });
    assert_eq!(order, "cab");

    // On one thread it is first in, first out.
    let order = one_thread().block_on(async {
        let order = Rc::new(Cell::new(String::new()));
        let local = LocalSet::new();
        let tasks = ['a', 'b', 'c'].map(|name| {
            let order = Rc::clone(&order);
            local.spawn_local(async move { order.set(order.take() + &name.to_string()) })
        });
        let all = async {
            for task in tasks {
                task.await.expect("no panic");
            }
        };
        local.run_until(all).await;
        order.take()
    });
    assert_eq!(order, "abc");
}

/// That place cannot be stolen from: idle workers look on while the one that has it is busy.
#[test]
fn the_task_that_was_woken_last_waits_for_its_busy_worker() {
    let begun_meanwhile = threads(4).block_on(async {
        let busy = async {
            let (begins, begun) = mpsc::channel();
            tokio::spawn(async move { begins.send(()) });
            begun.recv_timeout(Duration::from_millis(200))
        };
        tokio::spawn(busy).await.expect("no panic")
    });
    assert_eq!(begun_meanwhile, Err(mpsc::RecvTimeoutError::Timeout));
}

/// A task from that place has no budget of its own: it goes on with what the task before it has left of the 128.
#[test]
fn the_task_that_was_woken_last_has_the_rest_of_the_budget() {
    let taken = threads(1).block_on(async {
        let full = || {
            let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
            (0..200).for_each(|number| sender.send(number).expect("the receiver is there"));
            (sender, receiver)
        };
        let spends_a_hundred = async move {
            let (_sender, mut receiver) = full();
            for _ in 0..100 {
                receiver.recv().await;
            }
            let woken_last = tokio::spawn(async move {
                let (_sender, mut receiver) = full();
                let mut taken = 0;
                poll_fn(|context| {
                    while receiver.poll_recv(context).is_ready() {
                        taken += 1;
                    }
                    Poll::Ready(())
                })
                .await;
                taken
            });
            woken_last.await.expect("no panic")
        };
        tokio::spawn(spends_a_hundred).await.expect("no panic")
    });
    assert_eq!(taken, 28);
}

/// tokio's own channels, timers and locks count in the budget of the task. A foreign `block_on` inside a task polls in the same
/// poll of that task, where the budget is never filled. And the wake-up is put aside until the runtime looks at its driver, on
/// the thread that the `block_on` holds: it sleeps for ever, though messages are there.
#[test]
fn a_foreign_block_on_inside_a_task_sleeps_for_ever_once_the_budget_is_spent() {
    let (told, polls) = mpsc::channel();
    // Nobody can end this thread. It sleeps until the process ends.
    thread::spawn(move || {
        one_thread().block_on(async move {
            let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
            (0..200).for_each(|number| sender.send(number).expect("the receiver is there"));
            let task = tokio::spawn(async move {
                let mut received = 0;
                futures::executor::block_on(poll_fn(|context| {
                    while let Poll::Ready(Some(_)) = receiver.poll_recv(context) {
                        received += 1;
                    }
                    told.send(received).expect("the test listens");
                    Poll::<()>::Pending
                }));
            });
            task.await.expect("no panic");
        });
    });
    assert_eq!(polls.recv(), Ok(128), "72 are there, and are not given");
    // A second poll would be told at once. The time only gives a wrong claim room to show itself.
    let second = polls.recv_timeout(Duration::from_millis(200));
    assert_eq!(second, Err(mpsc::RecvTimeoutError::Timeout), "nobody calls the waker");
}

/// A task that yields is put aside until the runtime looks at its timers: here, after 61 turns of a task that wakes itself.
#[test]
fn a_yield_lasts_until_the_runtime_looks_at_its_driver() {
    one_thread().block_on(async {
        let turns = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&turns);
        let yields = tokio::spawn(async move {
            yield_now().await;
            seen.load(Relaxed)
        });
        let wakes_itself = tokio::spawn(poll_fn(move |context| {
            if turns.fetch_add(1, Relaxed) == 1000 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }));
        let turns_in_between = yields.await.expect("no panic");
        assert!((50..=61).contains(&turns_in_between), "{turns_in_between}");
        wakes_itself.await.expect("no panic");
    });
}

/// `unconstrained` takes the budget away: a poll goes on for as long as there is something to take.
#[test]
fn unconstrained_has_no_budget() {
    one_thread().block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        (0..400).for_each(|number| sender.send(number).expect("the receiver is there"));
        let taken = Cell::new(0);
        let mut takes = pin!(async {
            while receiver.recv().await.is_some() {
                taken.set(taken.get() + 1);
            }
        });
        // Every task begins its turn with a full budget.
        yield_now().await;
        assert!(futures::poll!(takes.as_mut()).is_pending());
        assert_eq!(taken.get(), 128);
        let free = tokio::task::unconstrained(takes.as_mut());
        assert!(futures::poll!(free).is_pending());
        assert_eq!(taken.get(), 400);
    });
}

/// `notify_one` keeps one permit for somebody who comes later, `notify_waiters` keeps none.
#[test]
fn notify_one_sticks_and_notify_waiters_does_not() {
    let notify = Notify::new();
    let mut noop = Context::from_waker(Waker::noop());
    notify.notify_one();
    notify.notify_one();
    assert!(pin!(notify.notified()).poll(&mut noop).is_ready(), "one permit was kept");
    assert!(pin!(notify.notified()).poll(&mut noop).is_pending(), "and only one");
    notify.notify_waiters();
    assert!(pin!(notify.notified()).poll(&mut noop).is_pending());
}

/// `wait_for` looks at the value before it waits, so nothing is missed between the two.
#[test]
fn wait_for_looks_first() {
    let (_sender, mut receiver) = watch::channel(7);
    let mut noop = Context::from_waker(Waker::noop());
    assert!(pin!(receiver.wait_for(|value| *value == 7)).poll(&mut noop).is_ready());
}

/// A blocking job that runs cannot be stopped. One that still stands in the queue can.
#[test]
fn a_blocking_job_can_be_aborted_until_it_begins() {
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let (open, gate) = mpsc::channel::<()>();
        let (begins, begun) = oneshot::channel();
        let runs = spawn_blocking(move || {
            begins.send(()).expect("the test waits for it");
            gate.recv().expect("the gate is opened");
        });
        let queued = spawn_blocking(|| unreachable!("it was aborted before it began"));
        begun.await.expect("the first job begins");
        runs.abort();
        queued.abort();
        open.send(()).expect("the first job waits");
        runs.await.expect("it ran to its end");
        assert!(queued.await.is_err_and(|error| error.is_cancelled()));
    });
}

/// While a blocking job runs, the paused clock stands still: a short timeout around it does not fire.
#[test]
fn the_paused_clock_stands_still_while_a_blocking_job_runs() {
    paused().block_on(async {
        let start = Instant::now();
        let job = spawn_blocking(|| thread::sleep(Duration::from_millis(50)));
        let ended = timeout(Duration::from_millis(10), job).await;
        assert!(ended.is_ok(), "50 real milliseconds, and no virtual one");
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

/// Of other threads it knows nothing: it jumps, although one of them is about to answer.
#[test]
fn the_paused_clock_jumps_past_other_threads() {
    paused().block_on(async {
        let (answer, question) = oneshot::channel();
        let (give_up, given_up) = mpsc::channel::<()>();
        let other = thread::spawn(move || {
            given_up.recv().expect("the test gives up");
            answer.send(7)
        });
        assert!(timeout(secs(3600), question).await.is_err(), "an hour is over at once");
        give_up.send(()).expect("the thread waits for it");
        assert!(
            other.join().expect("no panic").is_err(),
            "nobody wants the answer any more"
        );
    });
}

/// tokio's sleep has a granularity of a millisecond, also on the paused clock.
#[test]
fn a_sleep_of_tokio_ends_at_a_whole_millisecond() {
    paused().block_on(async {
        let start = Instant::now();
        sleep(Duration::from_micros(300)).await;
        assert_eq!(start.elapsed(), Duration::from_millis(1));
    });
}

/// A waker of another task wakes nobody else: two wakes before a poll are answered by one.
#[test]
fn many_wakes_before_a_poll_are_one_poll() {
    one_thread().block_on(async {
        let mut polls = 0;
        let task = tokio::spawn(poll_fn(move |context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(polls);
            }
            (0..5).for_each(|_| context.waker().wake_by_ref());
            Poll::Pending
        }));
        assert_eq!(task.await.expect("no panic"), 2);
    });
}
