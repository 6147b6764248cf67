//! What reaches the runtime from outside, at the worst moment: a wake right before the thread sleeps, a waker that panics, and
//! what outlives the runtime, or the thread.

use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use futures::future::{Either, select};
use lesson_02_executor::runtime::{
    Builder, Event, JoinHandle, Recorder, Runtime, Sleep, block_on, now, sleep, spawn,
    yield_now,
};

use crate::{secs, virtual_time};

/// The inbox has been looked at, and the thread is about to park. The recorder's watch is called right there.
#[test]
fn a_wake_in_the_last_moment_before_the_thread_sleeps_is_heard() {
    let woken = Arc::new(AtomicBool::new(false));
    let kept = Rc::new(RefCell::new(None::<Waker>));
    let (flag, waker) = (Arc::clone(&woken), Rc::clone(&kept));
    let recorder = Recorder::default().watched(move |step| {
        if step.event == Event::Parked
            && let Some(waker) = waker.take()
        {
            let flag = Arc::clone(&flag);
            let other = thread::spawn(move || {
                flag.store(true, Relaxed);
                waker.wake();
            });
            other.join().unwrap();
        }
    });
    let gate = poll_fn(|context| {
        if woken.load(Relaxed) {
            return Poll::Ready(());
        }
        kept.replace(Some(context.waker().clone()));
        Poll::Pending
    });
    Builder::new().recorder(&recorder).build().block_on(async {
        // A wake that is not heard would be a minute late.
        match select(gate, Box::pin(sleep(secs(60)))).await {
            Either::Left(_) => {}
            Either::Right(_) => panic!("the thread slept on"),
        }
    });
}

/// Whoever brings a waker answers for it: there is no task to which its panic would belong. It comes out of `block_on`, which
/// tidies up as after any panic.
#[test]
fn the_panic_of_a_foreign_waker_comes_out_and_the_runtime_can_be_used_again() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    let panics = Waker::from(Arc::new(Panics));
    let token = Arc::new(());
    let runtime = virtual_time();
    let with_token = |token: &Arc<()>| {
        let held = Arc::clone(token);
        spawn(async move {
            let _held = held;
            pending::<()>().await;
        })
    };
    let of_a_timer = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            with_token(&token);
            let mut nap = Box::pin(sleep(secs(1)));
            assert!(nap.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
            sleep(secs(2)).await;
        });
    }));
    let of_a_handle = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            with_token(&token);
            let mut task = Box::pin(spawn(yield_now()));
            assert!(task.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
            sleep(secs(2)).await;
        });
    }));
    for panic in [of_a_timer, of_a_handle] {
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"a waker that panics"));
    }
    assert_eq!(Arc::strong_count(&token), 1, "nothing is left in the runtime");
    let later = runtime.block_on(async { spawn(async { 7 }).await.unwrap() });
    assert_eq!(later, 7);
}

#[test]
#[expect(clippy::async_yields_async, reason = "the sleep outlives its block_on")]
fn a_foreign_waker_whose_destructor_panics_does_not_end_block_on() {
    struct PanicsWhenDropped;
    impl Wake for PanicsWhenDropped {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("the destructor of a waker");
        }
    }
    let nap = virtual_time().block_on(async {
        let mut nap = Box::pin(sleep(secs(9)));
        let waker = Waker::from(Arc::new(PanicsWhenDropped));
        assert!(nap.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        nap
    });
    drop(nap);
}

/// A task, its result in the task's place, the handle in the result: a circle that only the runtime can open.
#[test]
fn a_result_that_holds_the_handle_of_its_own_task_is_dropped_at_the_end() {
    type Own = Rc<RefCell<Option<JoinHandle<Holds>>>>;
    #[expect(dead_code, reason = "both are held, and not read")]
    struct Holds(Own, Rc<()>);
    let token = Rc::new(());
    virtual_time().block_on(async {
        let own = Own::default();
        let result = Holds(Rc::clone(&own), Rc::clone(&token));
        *own.borrow_mut() = Some(spawn(async move { result }));
        drop(own);
        yield_now().await;
        assert_eq!(Rc::strong_count(&token), 2, "it lies there");
    });
    assert_eq!(Rc::strong_count(&token), 1);
}

/// The waker of a task that waits, of a runtime that is gone.
fn waker_of_a_runtime_that_is_gone() -> Waker {
    let kept = Rc::new(RefCell::new(None));
    let task_kept = Rc::clone(&kept);
    virtual_time().block_on(async {
        spawn(poll_fn::<(), _>(move |context| {
            task_kept.replace(Some(context.waker().clone()));
            Poll::Pending
        }));
        yield_now().await;
    });
    kept.take().expect("the task was polled")
}

#[test]
fn a_waker_that_outlives_its_runtime_wakes_nobody_anywhere() {
    let waker = waker_of_a_runtime_that_is_gone();
    waker.wake_by_ref();
    let on_another_thread = waker.clone();
    thread::spawn(move || on_another_thread.wake()).join().unwrap();
    let polls = Rc::new(Cell::new(0));
    virtual_time().block_on(async {
        let counter = Rc::clone(&polls);
        // In the same place as the task of the runtime that is gone.
        spawn(poll_fn::<(), _>(move |_| {
            counter.set(counter.get() + 1);
            Poll::Pending
        }));
        yield_now().await;
        waker.wake_by_ref();
        waker.wake();
        yield_now().await;
    });
    assert_eq!(polls.get(), 1);
}

/// At the end of a thread its thread-locals go one by one, among them the one in which the runtime stands. What still holds a
/// waker or a sleep may go before it or after it, and on the thread that the runtime would have to unpark.
#[test]
fn wakers_and_sleeps_in_thread_locals_do_no_harm_at_the_end_of_the_thread() {
    #[derive(Default)]
    struct Held {
        waker: Option<Waker>,
        nap: Option<Pin<Box<Sleep>>>,
        handle: Option<JoinHandle<()>>,
        runtime: Option<Runtime>,
        done: Option<std::sync::mpsc::Sender<()>>,
    }
    impl Drop for Held {
        fn drop(&mut self) {
            if let Some(waker) = self.waker.take() {
                waker.wake_by_ref();
                drop(waker);
            }
            drop(self.nap.take());
            drop(self.handle.take());
            drop(self.runtime.take());
            if let Some(done) = self.done.take() {
                done.send(()).unwrap();
            }
        }
    }
    thread_local! {
        static BEFORE: RefCell<Held> = RefCell::default();
        static AFTER: RefCell<Held> = RefCell::default();
    }
    fn held(done: &std::sync::mpsc::Sender<()>) -> Held {
        let runtime = virtual_time();
        let (nap, handle) = runtime.block_on(async {
            let mut nap = Box::pin(sleep(secs(9)));
            poll_fn(|context| {
                assert!(nap.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
            (nap, spawn(pending()))
        });
        Held {
            waker: Some(waker_of_a_runtime_that_is_gone()),
            nap: Some(nap),
            handle: Some(handle),
            runtime: Some(runtime),
            done: Some(done.clone()),
        }
    }
    let (done, all_done) = std::sync::mpsc::channel();
    let other = thread::spawn(move || {
        // The first use of a thread-local decides when it goes: one before the runtime's, one after it.
        BEFORE.with(|_| {});
        let first = held(&done);
        BEFORE.set(first);
        AFTER.set(held(&done));
    });
    other.join().unwrap();
    assert_eq!(all_done.iter().count(), 2, "both destructors came to their end");
}

/// A destructor has no `.await`, so somebody will try this.
#[test]
fn block_on_in_a_destructor_at_the_end_panics_there_and_harms_nothing() {
    struct Nests(Rc<Cell<bool>>);
    impl Drop for Nests {
        fn drop(&mut self) {
            let nested = catch_unwind(|| block_on(async {}));
            let panic = nested.unwrap_err();
            let said: &&str = panic.downcast_ref().unwrap();
            self.0.set(said.starts_with("block_on() inside block_on()"));
        }
    }
    let said = Rc::new(Cell::new(false));
    let nests = Nests(Rc::clone(&said));
    virtual_time().block_on(async {
        spawn(async move {
            let _nests = nests;
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert!(said.get());
}

#[test]
fn at_the_end_of_the_clock_a_sleep_is_for_ever() {
    let last = Duration::from_nanos(u64::MAX - 1);
    let stuck = virtual_time().try_block_on(async {
        sleep(last).await;
        assert_eq!(now(), last);
        sleep(Duration::ZERO).await;
        sleep(Duration::from_nanos(1)).await;
    });
    assert_eq!(stuck.unwrap_err().at, last);
}

#[test]
fn a_sleep_for_ever_holds_back_no_other_timer_on_the_real_clock() {
    block_on(async {
        let for_ever = Box::pin(sleep(Duration::MAX));
        let short = Box::pin(sleep(Duration::from_millis(1)));
        assert!(matches!(select(for_ever, short).await, Either::Right(_)));
    });
}
