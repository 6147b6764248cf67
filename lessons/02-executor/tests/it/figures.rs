//! The figures of the lesson, on the runtime and, where they have the idea, on the stages.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use lesson_02_executor::{
    runtime::{now, sleep, spawn, spawn_named, yield_now},
    s1_block_on, s2_run_queue, s3_join_handle, s4_timers, s5_budget, s6_deadlock,
};

use crate::{secs, virtual_time};

/// A future that wakes itself `wakes` times, and counts how often it is polled.
async fn wakes_itself(wakes: usize, polls: Arc<AtomicUsize>) {
    poll_fn(|context| {
        if polls.fetch_add(1, Relaxed) == wakes {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        // Two wakes before the next poll are answered by one.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn polls_are_wakes_and_one() {
    type BlockOn = fn(std::pin::Pin<Box<dyn Future<Output = ()>>>);
    let block_ons: [(&str, BlockOn); 6] = [
        ("s1", |future| s1_block_on::block_on(future)),
        ("s2", |future| s2_run_queue::block_on(future)),
        ("s4", |future| {
            s4_timers::block_on(s4_timers::Clock::Virtual(Duration::ZERO), future)
        }),
        ("s5", |future| s5_budget::block_on(future)),
        ("s6", |future| s6_deadlock::block_on(future)),
        ("runtime", |future| virtual_time().block_on(future)),
    ];
    for (name, block_on) in block_ons {
        for wakes in [0, 1, 10] {
            let polls = Arc::new(AtomicUsize::new(0));
            block_on(Box::pin(wakes_itself(wakes, Arc::clone(&polls))));
            assert_eq!(polls.load(Relaxed), wakes + 1, "{name}, {wakes} wakes");
        }
    }
}

#[test]
fn tasks_that_yield_take_turns_in_the_order_they_were_spawned() {
    let trace = Rc::new(RefCell::new(String::new()));
    virtual_time().block_on(async {
        let tasks = ["a", "b", "c"].map(|name| {
            let trace = Rc::clone(&trace);
            spawn(async move {
                for _ in 0..2 {
                    trace.borrow_mut().push_str(name);
                    yield_now().await;
                }
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(*trace.borrow(), "abcabc");
}

#[test]
fn the_run_queue_of_stage_2_takes_turns_too() {
    let trace = Arc::new(Mutex::new(String::new()));
    s2_run_queue::block_on(async {
        for name in ["a", "b", "c"] {
            let trace = Arc::clone(&trace);
            s2_run_queue::spawn(async move {
                for _ in 0..2 {
                    trace.lock().unwrap().push_str(name);
                    s5_budget::yield_now().await;
                }
            });
        }
        for _ in 0..3 {
            s5_budget::yield_now().await;
        }
    });
    assert_eq!(*trace.lock().unwrap(), "abcabc");
}

/// Python's `sleep(0)` is not pointless: the output alternates 0 0 1 1 2 2.
#[test]
fn two_counters_that_yield_alternate() {
    let counted = Rc::new(RefCell::new(Vec::new()));
    virtual_time().block_on(async {
        let counters = [(); 2].map(|()| {
            let counted = Rc::clone(&counted);
            spawn(async move {
                for n in 0..3 {
                    counted.borrow_mut().push(n);
                    yield_now().await;
                }
            })
        });
        for counter in counters {
            counter.await.unwrap();
        }
    });
    assert_eq!(*counted.borrow(), [0, 0, 1, 1, 2, 2]);
}

#[test]
fn three_counters_overlap() {
    let said = Rc::new(RefCell::new(Vec::new()));
    virtual_time().block_on(async {
        let counters = [(); 3].map(|()| {
            let said = Rc::clone(&said);
            spawn(async move {
                for word in ["one", "two"] {
                    said.borrow_mut().push(word);
                    sleep(secs(1)).await;
                }
            })
        });
        for counter in counters {
            counter.await.unwrap();
        }
        assert_eq!(now(), secs(2), "six waits of a second, three at a time");
    });
    assert_eq!(*said.borrow(), ["one", "one", "one", "two", "two", "two"]);
}

#[test]
fn the_shorter_task_finishes_first_and_results_stay_in_order() {
    let finished = Rc::new(RefCell::new(Vec::new()));
    let results = virtual_time().block_on(async {
        let tasks = [2, 1].map(|seconds| {
            let finished = Rc::clone(&finished);
            spawn(async move {
                sleep(secs(seconds)).await;
                finished.borrow_mut().push(seconds);
                seconds
            })
        });
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        assert_eq!(now(), secs(2));
        results
    });
    assert_eq!(*finished.borrow(), [1, 2]);
    assert_eq!(results, [2, 1]);
}

#[test]
fn timers_fire_in_the_order_of_their_deadlines_and_the_clock_jumps() {
    let woken = Rc::new(RefCell::new(Vec::new()));
    virtual_time().block_on(async {
        let tasks: Vec<_> = [30, 10, 20, 10]
            .into_iter()
            .enumerate()
            .map(|(number, seconds)| {
                let woken = Rc::clone(&woken);
                spawn(async move {
                    sleep(secs(seconds)).await;
                    woken.borrow_mut().push((now(), number));
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(
        *woken.borrow(),
        [(secs(10), 1), (secs(10), 3), (secs(20), 2), (secs(30), 0)]
    );
}

#[test]
fn the_timers_of_stage_4_fire_in_order_and_a_dropped_one_does_not_move_the_clock() {
    use s4_timers::{Clock, block_on, now, sleep, spawn};
    let woken = Arc::new(Mutex::new(Vec::new()));
    block_on(Clock::Virtual(Duration::ZERO), async {
        for seconds in [30, 10, 20] {
            let woken = Arc::clone(&woken);
            spawn(async move {
                sleep(secs(seconds)).await;
                woken.lock().unwrap().push(now());
            });
        }
        let mut long = Box::pin(sleep(secs(1_000_000)));
        poll_fn(|context| {
            assert!(long.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(long);
        sleep(secs(31)).await;
        assert_eq!(now(), secs(31));
    });
    assert_eq!(*woken.lock().unwrap(), [secs(10), secs(20), secs(30)]);
}

#[test]
fn a_sleep_of_a_real_millisecond_lasts_a_millisecond_or_more() {
    let start = std::time::Instant::now();
    s4_timers::block_on(s4_timers::Clock::Real(start), async {
        s4_timers::sleep(Duration::from_millis(1)).await
    });
    assert!(start.elapsed() >= Duration::from_millis(1));
    let start = std::time::Instant::now();
    lesson_02_executor::runtime::block_on(async { sleep(Duration::from_millis(1)).await });
    assert!(start.elapsed() >= Duration::from_millis(1));
}

#[test]
fn a_sleep_counts_from_its_call_and_not_from_its_first_poll() {
    virtual_time().block_on(async {
        let (first, second) = (sleep(secs(1)), sleep(secs(1)));
        first.await;
        second.await;
        assert_eq!(now(), secs(1));
    });
}

/// The number of ready results that one poll may take, as both the stage and the runtime have it.
const BUDGET: usize = s5_budget::BUDGET as usize;

#[test]
fn a_task_that_is_always_ready_lets_the_others_run() {
    use lesson_02_executor::runtime::consume_budget;
    let taken = Rc::new(Cell::new(0));
    let seen = virtual_time().block_on(async {
        let greedy = Rc::clone(&taken);
        spawn(async move {
            loop {
                consume_budget().await;
                greedy.set(greedy.get() + 1);
            }
        });
        yield_now().await;
        taken.get()
    });
    assert_eq!(seen, BUDGET, "the greedy task had one turn");
}

#[test]
fn the_budget_of_stage_5_lets_the_others_run() {
    let taken = Arc::new(AtomicUsize::new(0));
    s5_budget::block_on(async {
        let greedy = Arc::clone(&taken);
        s5_budget::spawn(async move {
            loop {
                s5_budget::consume_budget().await;
                greedy.fetch_add(1, Relaxed);
            }
        });
        s5_budget::yield_now().await;
    });
    assert_eq!(taken.load(Relaxed), BUDGET);
}

#[test]
fn a_sleep_of_zero_is_ready_at_once_and_still_spends_the_budget() {
    let turns = Rc::new(Cell::new(0));
    virtual_time().block_on(async {
        let other = Rc::clone(&turns);
        spawn(async move {
            loop {
                other.set(other.get() + 1);
                yield_now().await;
            }
        });
        for _ in 0..BUDGET {
            sleep(Duration::ZERO).await;
        }
        assert_eq!(turns.get(), 0);
        sleep(Duration::ZERO).await;
        assert_eq!(turns.get(), 1);
    });
}

#[test]
fn the_deadlock_report_names_the_stuck_task() {
    let first_line = line!();
    let deadlock = virtual_time().try_block_on(async {
        let forgetful = spawn_named("forgetful", async {
            sleep(secs(3)).await;
            poll_fn::<(), _>(|_| Poll::Pending).await;
        });
        spawn(std::future::pending::<()>());
        forgetful.await.unwrap();
    });
    assert_eq!(
        without_columns(&deadlock.unwrap_err().to_string(), first_line),
        "deadlock at 3s: no task is queued, no timer is set, and nobody will wake a task\n\
         - main (line 1): polled once, at 0ns; waits for forgetful\n\
         - forgetful (line 2): polled 2 times, last at 3s; nobody kept its waker: the wake-up is lost\n\
         - a task (line 6): polled once, at 0ns; nobody kept its waker: the wake-up is lost"
    );
}

#[test]
fn stage_6_panics_with_its_report() {
    let first_line = line!();
    let deadlock = std::panic::catch_unwind(|| {
        s6_deadlock::block_on(async {
            s6_deadlock::spawn_named("forgetful", poll_fn(|_| Poll::Pending));
            let mut kept = None;
            poll_fn::<(), _>(|context| {
                kept = Some(context.waker().clone());
                Poll::Pending
            })
            .await;
        })
    });
    assert_eq!(
        without_columns(
            deadlock.unwrap_err().downcast_ref::<String>().unwrap(),
            first_line
        ),
        "deadlock after 2 polls: the queue is empty, and nobody will wake a task\n\
         - main (line 2): polls: 1, the last at poll 1; its waker is kept, and nobody calls it\n\
         - forgetful (line 3): polls: 1, the last at poll 2; nobody kept its waker: the wake-up is lost"
    );
}

/// Replaces `file:12:5` by `line 2`, if 10 is the first line.
fn without_columns(report: &str, first_line: u32) -> String {
    let mut parts = report.split(file!());
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (place, rest) = part.split_once(')').unwrap();
        let line: u32 = place.split(':').nth(1).unwrap().parse().unwrap();
        text += &format!("line {}){rest}", line - first_line);
    }
    text
}

#[test]
fn a_panic_in_a_task_of_stage_3_ends_that_task_only() {
    use s3_join_handle::{block_on, spawn};
    let (failed, fine) = block_on(async {
        let failed = spawn(async { panic!("oh") });
        let fine = spawn(async { 5 });
        (failed.await, fine.await)
    });
    assert_eq!(failed.unwrap_err().downcast_ref(), Some(&"oh"));
    assert_eq!(fine.unwrap(), 5);
}

#[test]
fn a_dropped_handle_of_stage_3_keeps_running() {
    use s3_join_handle::{block_on, spawn};
    let ran = Arc::new(AtomicUsize::new(0));
    block_on(async {
        let task = Arc::clone(&ran);
        drop(spawn(async move { task.fetch_add(1, Relaxed) }));
        s5_budget::yield_now().await;
    });
    assert_eq!(ran.load(Relaxed), 1);
}
