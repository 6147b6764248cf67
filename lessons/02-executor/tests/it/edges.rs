//! The runtime where it is easy to get wrong: wakes at odd times, panics, drops, the end.

use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::{Either, join_all, lazy, select},
    stream::FuturesUnordered,
};
use lesson_02_executor::runtime::{
    Builder, JoinError, JoinHandle, WaitsFor, block_on, now, sleep, sleep_until, spawn,
    yield_now,
};

use crate::{secs, virtual_time};

/// Hands out the waker of the task it is awaited in, and counts polls. Ready when `open` is set.
#[derive(Clone, Default)]
struct Gate {
    open: Rc<Cell<bool>>,
    polls: Rc<Cell<usize>>,
    waker: Rc<RefCell<Option<Waker>>>,
}

impl Gate {
    fn open(&self) {
        self.open.set(true);
        self.wake();
    }

    fn wake(&self) {
        self.waker.borrow().as_ref().expect("the gate was polled").wake_by_ref();
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.polls.set(self.polls.get() + 1);
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if self.open.get() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The message of a panic.
fn message<T>(work: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else {
        panic!("it did not panic")
    };
    let text = panic.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| {
        panic.downcast_ref::<&str>().expect("a panic with a message").to_string()
    })
}

#[test]
fn two_wakes_queue_a_task_once() {
    virtual_time().block_on(async {
        let gate = Gate::default();
        spawn(gate.clone());
        yield_now().await;
        gate.wake();
        gate.wake();
        yield_now().await;
        yield_now().await;
        assert_eq!(gate.polls.get(), 2);
    });
}

#[test]
fn a_wake_during_the_poll_is_not_lost() {
    let polls = Rc::new(Cell::new(0));
    virtual_time().block_on(async {
        let counter = Rc::clone(&polls);
        let task = spawn(poll_fn(move |context| {
            counter.set(counter.get() + 1);
            context.waker().wake_by_ref();
            if counter.get() == 3 { Poll::Ready(()) } else { Poll::Pending }
        }));
        task.await.unwrap();
        yield_now().await;
    });
    assert_eq!(
        polls.get(),
        3,
        "nor is the task polled again for the wake of its last poll"
    );
}

#[test]
fn a_wake_after_the_end_does_nothing_even_to_the_next_task_in_the_same_place() {
    virtual_time().block_on(async {
        let first = Gate::default();
        let task = spawn(first.clone());
        yield_now().await;
        first.open();
        task.await.unwrap();
        let second = Gate::default();
        spawn(second.clone());
        yield_now().await;
        first.wake();
        yield_now().await;
        assert_eq!((first.polls.get(), second.polls.get()), (2, 1));
    });
}

#[test]
fn another_thread_wakes_a_task_and_the_main_future() {
    let (waker_sender, wakers) = mpsc::channel::<(Waker, Arc<AtomicUsize>)>();
    let other_thread = thread::spawn(move || {
        for (waker, flag) in wakers {
            flag.store(1, Relaxed);
            waker.wake();
        }
    });
    let from_outside = |sender: mpsc::Sender<(Waker, Arc<AtomicUsize>)>| {
        let flag = Arc::new(AtomicUsize::new(0));
        poll_fn(move |context| {
            if flag.load(Relaxed) == 1 {
                return Poll::Ready(());
            }
            sender.send((context.waker().clone(), Arc::clone(&flag))).unwrap();
            Poll::Pending
        })
    };
    block_on(async {
        for _ in 0..1000 {
            let task = spawn(from_outside(waker_sender.clone()));
            from_outside(waker_sender.clone()).await;
            task.await.unwrap();
        }
    });
    drop(waker_sender);
    other_thread.join().unwrap();
}

/// The wakes of one task may come from all sides at once; none that matters is lost, and the inbox does not grow.
#[test]
fn many_threads_wake_one_task() {
    const THREADS: usize = 4;
    const WAKES: usize = 2000;
    let wakes = Arc::new(AtomicUsize::new(0));
    let polls = Cell::new(0);
    block_on(async {
        let mut started = false;
        poll_fn(|context| {
            polls.set(polls.get() + 1);
            if !started {
                started = true;
                for _ in 0..THREADS {
                    let (wakes, waker) = (Arc::clone(&wakes), context.waker().clone());
                    thread::spawn(move || {
                        for _ in 0..WAKES {
                            wakes.fetch_add(1, Relaxed);
                            waker.wake_by_ref();
                        }
                    });
                }
            }
            if wakes.load(Relaxed) == THREADS * WAKES {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    });
    assert!(polls.get() <= THREADS * WAKES + 1);
}

#[test]
fn a_late_wake_from_another_thread_finds_no_runtime_and_does_no_harm() {
    let mut kept = None;
    let runtime = Builder::new().build();
    runtime.block_on(async {
        let slot = Rc::new(RefCell::new(None));
        let task_slot = Rc::clone(&slot);
        spawn(poll_fn::<(), _>(move |context| {
            *task_slot.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        }));
        yield_now().await;
        kept = slot.borrow_mut().take();
    });
    let waker = kept.unwrap();
    waker.wake_by_ref();
    let waker = thread::spawn(move || {
        waker.wake_by_ref();
        waker
    })
    .join()
    .unwrap();
    // The place has a new tenant now, and a stale wake lies in the inbox.
    let gate = Gate::default();
    runtime.block_on(async {
        let tasks = [spawn(gate.clone()), spawn(gate.clone())];
        waker.wake();
        yield_now().await;
        assert_eq!(gate.polls.get(), 2);
        drop(tasks);
    });
}

#[test]
fn a_panic_ends_its_own_task_and_no_other() {
    block_on(async {
        let fails = spawn(async {
            yield_now().await;
            panic!("{} failed", "it");
        });
        let waits = spawn(async {
            yield_now().await;
            yield_now().await;
            7
        });
        let error = fails.await.map(|never: ()| never).unwrap_err();
        assert_eq!(error.message(), Some("it failed"));
        assert_eq!(error.to_string(), "the task panicked: it failed");
        assert_eq!(waits.await.unwrap(), 7);
    });
}

#[test]
fn a_destructor_that_panics_is_the_tasks_panic_too() {
    block_on(async {
        let bomb = OnDrop(|| panic!("in drop"));
        let task = spawn(async move {
            let _bomb = bomb;
            pending::<()>().await;
        });
        yield_now().await;
        task.abort();
        assert_eq!(task.await.unwrap_err().message(), Some("in drop"));
    });
}

#[test]
fn a_panic_of_the_main_future_comes_out_and_the_tasks_are_dropped() {
    let dropped = Rc::new(Cell::new(0));
    let guard_count = Rc::clone(&dropped);
    let said = message(|| {
        block_on(async {
            let guard = OnDrop(move || guard_count.set(guard_count.get() + 1));
            spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            });
            yield_now().await;
            panic!("the main future");
        })
    });
    assert_eq!((said.as_str(), dropped.get()), ("the main future", 1));
    assert_eq!(block_on(async { 1 }), 1, "the thread is free for the next runtime");
}

#[test]
fn block_on_inside_block_on_panics_with_clear_words_and_the_outer_one_goes_on() {
    let (said, after) = block_on(async {
        let said = message(|| block_on(async {}));
        (said, spawn(async { 3 }).await.unwrap())
    });
    assert!(said.starts_with("block_on() inside block_on()"), "{said}");
    assert_eq!(after, 3);
}

#[test]
fn spawn_sleep_and_now_outside_a_runtime_panic_with_clear_words() {
    assert!(
        message(|| spawn(async {})).starts_with("spawn() was called outside a runtime")
    );
    assert!(message(|| sleep(secs(1))).starts_with("sleep() was called outside a runtime"));
    assert!(message(now).starts_with("now() was called outside a runtime"));
}

#[test]
fn a_sleep_in_a_runtime_that_did_not_make_it_panics_with_clear_words() {
    let stranger = virtual_time().block_on(lazy(|_| sleep(secs(1))));
    let said = message(|| virtual_time().block_on(stranger));
    assert!(
        said.contains("a sleep was polled by a runtime that did not make it"),
        "{said}"
    );
}

#[test]
fn a_sleep_that_is_dropped_in_another_runtime_takes_away_no_timer_there() {
    let mut stranger = Box::pin(virtual_time().block_on(lazy(|_| sleep(secs(1)))));
    virtual_time().block_on(async {
        // Each runtime numbers its timers: both of these are the first one, and due at the same second.
        let own = spawn(sleep(secs(1)));
        yield_now().await;
        let panicked = catch_unwind(AssertUnwindSafe(|| stranger.as_mut().now_or_never()));
        assert!(panicked.is_err());
        drop(stranger);
        own.await.unwrap();
        assert_eq!(now(), secs(1));
    });

    let kept = Rc::new(RefCell::new(None));
    let task_kept = Rc::clone(&kept);
    virtual_time().block_on(async move {
        let mut set = Box::pin(sleep(secs(1)));
        assert!((&mut set).now_or_never().is_none());
        task_kept.replace(Some(set));
    });
    virtual_time().block_on(async {
        let own = spawn(sleep(secs(1)));
        yield_now().await;
        drop(kept.take());
        own.await.unwrap();
    });
}

#[test]
fn a_dropped_handle_detaches_the_task() {
    let ran = Rc::new(Cell::new(false));
    let task_ran = Rc::clone(&ran);
    virtual_time().block_on(async move {
        drop(spawn(async move {
            sleep(secs(1)).await;
            task_ran.set(true);
        }));
        sleep(secs(2)).await;
    });
    assert!(ran.get());
}

#[test]
fn the_result_of_a_task_that_ended_before_its_handle_was_dropped_is_dropped_with_the_handle()
 {
    let dropped = Rc::new(Cell::new(false));
    virtual_time().block_on(async {
        let output_dropped = Rc::clone(&dropped);
        let handle = spawn(async move { OnDrop(move || output_dropped.set(true)) });
        yield_now().await;
        assert!(handle.is_finished() && !dropped.get());
        drop(handle);
        assert!(dropped.get());
    });
}

/// The handle is dropped inside the last poll of its own task.
#[test]
fn a_task_may_drop_its_own_handle() {
    virtual_time().block_on(async {
        let own: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
        let task_own = Rc::clone(&own);
        *own.borrow_mut() = Some(spawn(async move { drop(task_own.borrow_mut().take()) }));
        yield_now().await;
        assert!(own.borrow().is_none());
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
}

#[test]
fn a_handle_can_be_awaited_in_another_task_and_handed_on_half_way() {
    virtual_time().block_on(async {
        let mut slow = spawn(async {
            sleep(secs(2)).await;
            "done"
        });
        // First it leaves the waker of this task there, then that of another.
        assert!((&mut slow).now_or_never().is_none());
        poll_fn(|context| {
            assert!(slow.poll_unpin(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let other = spawn(async move { slow.await.unwrap() });
        assert_eq!(other.await.unwrap(), "done");
    });
}

#[test]
fn abort_drops_the_future_at_its_next_turn() {
    virtual_time().block_on(async {
        let dropped = Rc::new(Cell::new(false));
        let guard_dropped = Rc::clone(&dropped);
        let task = spawn(async move {
            let _guard = OnDrop(move || guard_dropped.set(true));
            sleep(secs(60)).await;
        });
        yield_now().await;
        task.abort();
        task.abort();
        assert!(!dropped.get() && !task.is_finished());
        assert!(matches!(task.await, Err(JoinError::Aborted)));
        assert!(dropped.get());
        assert_eq!(now(), Duration::ZERO, "its timer went with it");
    });
}

#[test]
fn abort_before_the_first_poll_after_the_end_and_from_inside() {
    virtual_time().block_on(async {
        let never_polled = spawn(async { panic!("polled") });
        never_polled.abort();
        assert!(matches!(
            never_polled.await.map(|never: ()| never),
            Err(JoinError::Aborted)
        ));

        let finished = spawn(async { 1 });
        yield_now().await;
        finished.abort();
        assert_eq!(finished.await.unwrap(), 1);

        let own: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
        let task_own = Rc::clone(&own);
        let gate = Gate::default();
        let task_gate = gate.clone();
        *own.borrow_mut() = Some(spawn(async move {
            task_own.borrow().as_ref().unwrap().abort();
            task_gate.await;
        }));
        yield_now().await;
        yield_now().await;
        let handle = own.borrow_mut().take().unwrap();
        assert!(matches!(handle.await, Err(JoinError::Aborted)));
        assert_eq!(gate.polls.get(), 1);
    });
}

#[test]
fn a_handle_that_outlives_the_runtime_says_aborted() {
    let (task, done) = virtual_time().block_on(async {
        let done = spawn(async { 1 });
        yield_now().await;
        (spawn(pending::<()>()), done)
    });
    assert!(task.is_finished() && done.is_finished());
    assert!(matches!(block_on(task), Err(JoinError::Aborted)));
    assert!(matches!(block_on(done), Err(JoinError::Aborted)));
}

#[test]
fn a_handle_polled_after_its_result_panics_with_clear_words() {
    let said = message(|| {
        block_on(async {
            let mut handle = spawn(async {});
            (&mut handle).await.unwrap();
            (&mut handle).await.unwrap();
        })
    });
    assert_eq!(said, "a JoinHandle was polled after it had given its result");
}

/// Each task owns the handle of the next; dropping one inside the other would overflow the stack.
#[test]
fn a_long_chain_of_tasks_is_dropped_without_recursion() {
    const TASKS: usize = 100_000;
    let dropped = Rc::new(Cell::new(0));
    virtual_time().block_on(async {
        let mut next: Option<JoinHandle<()>> = None;
        for _ in 0..TASKS {
            let (inner, count) = (next.take(), Rc::clone(&dropped));
            next = Some(spawn(async move {
                let _guard = OnDrop(move || {
                    count.set(count.get() + 1);
                    if let Some(inner) = &inner {
                        inner.abort();
                    }
                });
                pending::<()>().await;
            }));
        }
        yield_now().await;
        // The abort of one aborts the next: still one destructor at a time.
        let last = next.unwrap();
        last.abort();
        let _ = last.await;
        assert!(dropped.get() >= 1);
    });
    assert_eq!(dropped.get(), TASKS);
}

#[test]
fn destructors_at_the_end_may_spawn_wake_sleep_and_panic() {
    let dropped = Rc::new(Cell::new(0));
    let count = Rc::clone(&dropped);
    virtual_time().block_on(async move {
        let gate = Gate::default();
        spawn(gate.clone());
        let neighbour = spawn(pending::<()>());
        spawn(async move {
            let _guard = OnDrop(move || {
                let count = Rc::clone(&count);
                let inner = OnDrop(move || count.set(count.get() + 1));
                spawn(async move {
                    let _inner = inner;
                    panic!("a task that is spawned at the end must never run");
                });
                gate.wake();
                neighbour.abort();
                drop(sleep(secs(1)));
                panic!("a destructor at the end");
            });
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!(dropped.get(), 1);
}

#[test]
fn destructors_that_spawn_for_ever_are_stopped_with_clear_words() {
    struct Hydra;
    impl Drop for Hydra {
        fn drop(&mut self) {
            let head = Hydra;
            spawn(async move {
                let _head = head;
            });
        }
    }
    let said = message(|| {
        block_on(async {
            let head = Hydra;
            spawn(async move {
                let _head = head;
            });
        })
    });
    assert!(said.contains("after 100 rounds of dropping"), "{said}");
    assert_eq!(block_on(async { 1 }), 1, "the thread is free for the next runtime");
}

#[test]
fn the_destructor_of_the_main_future_may_still_spawn() {
    let spawned = Rc::new(Cell::new(false));
    let guard_spawned = Rc::clone(&spawned);
    let guard = OnDrop(move || {
        spawn(async {});
        guard_spawned.set(true);
    });
    let main = async move {
        let _guard = &guard;
        poll_fn(|_| Poll::Ready(())).await;
    };
    block_on(main);
    assert!(spawned.get());
}

#[test]
fn sleeps_dropped_before_they_fire_leave_nothing_behind() {
    let deadlock = virtual_time().try_block_on(async {
        for _ in 0..10_000 {
            let long = sleep(secs(1_000_000));
            let short = sleep(Duration::from_millis(1));
            match select(long, short).await {
                Either::Left(_) => panic!("the long sleep was over first"),
                Either::Right(((), long)) => drop(long),
            }
        }
        pending::<()>().await;
    });
    assert_eq!(
        deadlock.unwrap_err().at,
        secs(10),
        "a timer left behind would have moved the clock first"
    );
}

#[test]
fn a_sleep_that_moves_to_another_task_wakes_that_one() {
    virtual_time().block_on(async {
        let mut nap = Box::pin(sleep(secs(5)));
        poll_fn(|context| {
            assert!(nap.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let other = spawn(async move {
            nap.await;
            now()
        });
        assert_eq!(other.await.unwrap(), secs(5));
    });
}

#[test]
fn a_sleep_for_ever_moves_no_clock_and_is_no_lost_wake_up() {
    let stuck =
        virtual_time().try_block_on(async { sleep(Duration::MAX).await }).unwrap_err();
    assert_eq!(stuck.at, Duration::ZERO);
    assert_eq!(stuck.stuck[0].waits_for, WaitsFor::SomebodyWithItsWaker);
}

#[test]
#[expect(clippy::async_yields_async, reason = "another block_on awaits it")]
fn a_sleep_that_was_polled_in_one_block_on_keeps_its_deadline_in_the_next() {
    let runtime = virtual_time();
    let mut nap = runtime.block_on(async { Box::pin(sleep(secs(5))) });
    runtime.block_on(poll_fn(|context| {
        assert!(nap.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    runtime.block_on(nap);
    assert_eq!(runtime.block_on(async { now() }), secs(5));
}

#[test]
fn a_sleep_dropped_on_another_thread_takes_its_timer_away() {
    let stuck = virtual_time().try_block_on(async {
        let mut nap = Box::pin(sleep(secs(5)));
        poll_fn(|context| {
            assert!(nap.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        thread::spawn(move || drop(nap)).join().unwrap();
        pending::<()>().await;
    });
    assert_eq!(stuck.unwrap_err().at, Duration::ZERO, "nobody waits for the fifth second");
}

/// A thread has one token for `park`. A waker that parks takes it, and with it the word that another thread has woken a task.
#[test]
fn a_foreign_waker_that_parks_does_not_make_a_wake_late() {
    struct Parks {
        has_parked: mpsc::Sender<()>,
        woken: Mutex<mpsc::Receiver<()>>,
        task: Waker,
    }
    impl Wake for Parks {
        fn wake(self: Arc<Self>) {
            self.has_parked.send(()).unwrap();
            self.woken.lock().unwrap().recv().unwrap();
            thread::park_timeout(Duration::from_millis(1));
            self.task.wake_by_ref();
        }
    }
    let (has_parked, parked) = mpsc::channel();
    let (has_woken, woken) = mpsc::channel();
    let (answer, question) = futures::channel::oneshot::channel();
    let other = thread::spawn(move || {
        parked.recv().unwrap();
        answer.send(7).unwrap();
        has_woken.send(()).unwrap();
    });
    let runtime = Builder::new().build();
    runtime.block_on(async {
        let mut woken = Some(woken);
        let mut nap = Box::pin(sleep(Duration::from_millis(1)));
        // The timer's waker parks. It wakes a task that has ended, so the queue stays empty.
        let ended = poll_fn(|context| Poll::Ready(context.waker().clone()));
        let task = spawn(ended).await.unwrap();
        poll_fn(|_| {
            let Some(woken) = woken.take() else { return Poll::Ready(()) };
            let (has_parked, task) = (has_parked.clone(), task.clone());
            let parks = Parks { has_parked, woken: Mutex::new(woken), task };
            let waker = Waker::from(Arc::new(parks));
            assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            Poll::Ready(())
        })
        .await;
        // The next timer is a minute away: a wake that is not seen would be a minute late.
        match select(question, Box::pin(sleep(secs(60)))).await {
            Either::Left((answer, _)) => assert_eq!(answer.unwrap(), 7),
            Either::Right(_) => panic!("the wake of the other thread came too late"),
        }
    });
    other.join().unwrap();
}

/// An output with this destructor: it goes where nobody takes it.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the destructor of the output");
    }
}

#[test]
fn an_output_whose_destructor_panics_does_not_end_block_on() {
    virtual_time().block_on(async {
        // Detached: nobody takes the output.
        drop(spawn(async { PanicsWhenDropped }));
        yield_now().await;
        // Finished first, detached then.
        let finished = spawn(async { PanicsWhenDropped });
        yield_now().await;
        drop(finished);
        // The future's own destructor panics after it gave its output, which goes unseen.
        let guard = OnDrop(|| panic!("the destructor of the future"));
        let both = spawn(GivesThenPanics(guard));
        assert_eq!(
            both.await.err().unwrap().message(),
            Some("the destructor of the future")
        );
    });
}

struct GivesThenPanics<F: FnMut()>(OnDrop<F>);

impl<F: FnMut()> Future for GivesThenPanics<F> {
    type Output = PanicsWhenDropped;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<PanicsWhenDropped> {
        Poll::Ready(PanicsWhenDropped)
    }
}

/// The last thing that a waker of a timer may do is to spawn. That task is dropped, too.
#[test]
#[expect(clippy::async_yields_async, reason = "the sleep outlives its block_on")]
fn what_the_waker_of_a_timer_spawns_at_the_end_is_dropped() {
    struct SpawnsWhenDropped(Arc<()>);
    impl Wake for SpawnsWhenDropped {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let held = Arc::clone(&self.0);
            spawn(async move {
                let _held = held;
                pending::<()>().await;
            });
        }
    }
    let token = Arc::new(());
    let runtime = virtual_time();
    let nap = runtime.block_on(async {
        let mut nap = Box::pin(sleep(secs(9)));
        let waker = Waker::from(Arc::new(SpawnsWhenDropped(Arc::clone(&token))));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        nap
    });
    assert_eq!(Arc::strong_count(&token), 1, "nothing is left in the runtime");
    drop(nap);
}

#[test]
fn a_deadline_in_the_past_is_ready_at_once() {
    virtual_time().block_on(async {
        sleep(secs(2)).await;
        sleep_until(secs(1)).await;
        assert_eq!(now(), secs(2));
    });
}

#[test]
fn a_timer_fires_although_the_queue_is_never_empty() {
    block_on(async {
        spawn(async {
            loop {
                yield_now().await;
            }
        });
        sleep(Duration::from_millis(1)).await;
    });
}

#[test]
fn another_thread_is_heard_although_the_queue_is_never_empty() {
    block_on(async {
        spawn(async {
            loop {
                yield_now().await;
            }
        });
        let (sender, receiver) = futures::channel::oneshot::channel();
        thread::spawn(move || sender.send(9).unwrap());
        assert_eq!(receiver.await.unwrap(), 9);
    });
}

#[test]
fn foreign_combinators_bring_their_own_wakers() {
    virtual_time().block_on(async {
        let naps = (1..=300).rev().map(|n| async move {
            sleep(secs(n)).await;
            n
        });
        let order: Vec<_> = naps.collect::<FuturesUnordered<_>>().collect().await;
        assert!(order.is_sorted() && order.len() == 300);
        let handles = (0..1000).map(|n| spawn(async move { n }));
        let outputs = join_all(handles).await;
        assert!(outputs.into_iter().map(Result::unwrap).eq(0..1000));
    });
}

/// A waker of its own that, when it is cloned, called or dropped, uses the runtime: nothing may be borrowed then.
#[test]
fn a_foreign_waker_may_use_the_runtime_when_it_is_called_and_dropped() {
    struct Busy(Mutex<Option<Waker>>);
    impl Wake for Busy {
        fn wake(self: Arc<Self>) {
            spawn(async {});
            self.0.lock().unwrap().take().expect("called once").wake();
        }
    }
    impl Drop for Busy {
        fn drop(&mut self) {
            spawn(async {});
        }
    }
    fn busy<F: Future + Unpin>(mut future: F) -> impl Future<Output = F::Output> {
        poll_fn(move |context| {
            let waker =
                Waker::from(Arc::new(Busy(Mutex::new(Some(context.waker().clone())))));
            future.poll_unpin(&mut Context::from_waker(&waker))
        })
    }
    virtual_time().block_on(async {
        let mut nap = Box::pin(sleep(secs(1)));
        busy(poll_fn(|context| {
            let _ = nap.poll_unpin(context);
            Poll::Ready(())
        }))
        .await;
        busy(nap).await;
        let mut task = spawn(sleep(secs(1)));
        busy(poll_fn(|context| {
            let _ = task.poll_unpin(context);
            Poll::Ready(())
        }))
        .await;
        busy(task).await.unwrap();
        let left = Box::leak(Box::new(Box::pin(sleep(secs(9)))));
        spawn(busy(left));
        yield_now().await;
    });
}

#[test]
fn a_runtime_runs_one_future_after_the_other_and_its_clock_goes_on() {
    let runtime = virtual_time();
    runtime.block_on(sleep_for(1));
    runtime.block_on(sleep_for(2));
    assert_eq!(runtime.block_on(async { now() }), secs(3));
}

async fn sleep_for(seconds: u64) {
    sleep(secs(seconds)).await;
}

/// On the real clock a waker that somebody holds is hope; without one there is none.
#[test]
fn a_lost_wake_up_is_noticed_on_the_real_clock_too() {
    let deadlock = Builder::new()
        .build()
        .try_block_on(async {
            let lost = spawn(pending::<()>());
            let also_waits = spawn(async {
                let _ = lost.await;
            });
            also_waits.await.unwrap();
        })
        .unwrap_err();
    let waits: Vec<_> = deadlock.stuck.iter().map(|task| &task.waits_for).collect();
    assert!(
        matches!(waits[..], [WaitsFor::Task(_), WaitsFor::Nobody, WaitsFor::Task(_)]),
        "{waits:?}"
    );
}

/// No timer is set, so nothing but its sleeps tells the runtime what time it is.
#[test]
fn the_report_on_the_real_clock_says_when_a_task_was_polled_last() {
    let pause = Duration::from_millis(50);
    let deadlock = Builder::new()
        .build()
        .try_block_on(async {
            let (sender, receiver) = futures::channel::oneshot::channel();
            thread::spawn(move || {
                thread::sleep(pause);
                sender.send(()).unwrap();
            });
            receiver.await.unwrap();
            pending::<()>().await;
        })
        .unwrap_err();
    assert!(deadlock.stuck[0].last_polled >= Some(pause), "{deadlock:?}");
}

#[test]
fn a_waker_on_another_thread_is_waited_for_longer_than_a_quiet_second() {
    block_on(async {
        let (sender, receiver) = futures::channel::oneshot::channel();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(1200));
            sender.send(()).unwrap();
        });
        receiver.await.unwrap();
    });
}

#[test]
fn nothing_of_a_task_is_left_when_the_runtime_is_gone() {
    let token = Rc::new(());
    let thread_token = Arc::new(());
    let runtime = virtual_time();
    runtime.block_on(async {
        for n in 0..100_u64 {
            let (token, thread_token) = (Rc::clone(&token), Arc::clone(&thread_token));
            spawn(async move {
                let _held = (token, thread_token);
                sleep(secs(n)).await;
            });
        }
        sleep(secs(50)).await;
    });
    assert_eq!((Rc::strong_count(&token), Arc::strong_count(&thread_token)), (1, 1));
}
