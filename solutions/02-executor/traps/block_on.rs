//! # Block on: what people write
//!
//! Each module holds only what differs from the solution, `../block_on.rs`.

/// Trap: the thread parks, but the future gets a waker that wakes nobody.
/// Caught by: polls_are_wakes_and_one
/// Says: The waker was called, and it has not unparked the thread
mod a_waker_that_does_nothing {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::park();
        }
    }
}

/// Trap: the loop only asks whether the future is ready, and the output is fetched by one poll more.
/// Caught by: a_ready_future_needs_one_poll
/// Says: `Ready` is the last word of a future
mod asks_once_more {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        while future.as_mut().poll(&mut context).is_pending() {
            thread::park();
        }
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("it was ready a moment ago"),
        }
    }
}

/// Trap: the future is pinned in a box that nobody frees. It is never dropped, and neither is what it owns.
/// Caught by: a_ready_future_needs_one_poll
/// Says: and its future is still kept
mod leaked {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = std::mem::ManuallyDrop::new(Box::pin(future));
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::park();
        }
    }
}

/// Trap: the thread sleeps, but by the clock: it looks every millisecond, and does not hear the wake.
/// Caught by: polls_are_wakes_and_one
/// Says: and woken 0 times
/// Says: work to learn nothing
mod looks_every_millisecond {
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {}
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Trap: a mark says that the waker was called. It is cleared after the poll, and with it goes a wake that came during the
/// poll.
/// Caught by: a_wake_during_the_poll_is_kept
/// Says: A wake that comes before the thread sleeps counts too
/// Says: must clear it *before* the poll
mod mark_cleared_after_the_poll {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let mark = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(mark.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            mark.woken.store(false, Ordering::SeqCst);
            while !mark.woken.load(Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Trap: the future is polled again and again until it is ready. Nobody sleeps, and nobody waits for the waker.
/// Caught by: polls_are_wakes_and_one
/// Says: was polled 100 times, and woken 0 times
/// Says: The waker is there for this
mod polls_again_at_once {
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {}
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            std::hint::spin_loop();
        }
    }
}

/// Trap: the thread waits for a wake before it polls, and nobody has the waker yet.
/// Caught by: a_ready_future_needs_one_poll
/// Says: the first poll is the one that nobody asks for
mod sleeps_before_the_first_poll {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            thread::park();
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
        }
    }
}

/// Trap: another runtime does the work.
/// Caught by: polls_are_wakes_and_one
/// Says: another runtime
mod somebody_elses_block_on {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        futures::executor::block_on(future)
    }
}

/// Trap: `park` keeps an `unpark` that came early, so no mark seems to be needed. But the future may have parked too.
/// Caught by: a_future_that_parks_loses_no_wake
/// Says: whoever parks first has it
mod no_mark {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::park();
        }
    }
}

/// Trap: the waker is made once for the whole program, and knows the thread that was the first to call.
/// Caught by: each_call_wakes_its_own_thread
/// Says: A waker that is kept from an earlier call knows another thread
mod one_waker_for_ever {
    use std::sync::OnceLock;

    static WAKER: OnceLock<Arc<ThreadWaker>> = OnceLock::new();

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let new = || Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let thread_waker = WAKER.get_or_init(new);
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !thread_waker.woken.swap(false, Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Trap: the waker is left in a place for the whole program, which is filled once. The second call finds it full.
/// Caught by: each_call_wakes_its_own_thread
/// Says: it panics there
/// Says: nobody has left a waker here
mod one_place_for_the_waker {
    use std::sync::OnceLock;

    static WAKER: OnceLock<Arc<ThreadWaker>> = OnceLock::new();

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        assert!(WAKER.set(thread_waker.clone()).is_ok(), "nobody has left a waker here");
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !thread_waker.woken.swap(false, Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Trap: every call keeps its waker for later, and nobody takes it out again.
/// Caught by: nothing_is_left_behind
/// Says: bytes are kept by each call
mod wakers_are_collected {
    use std::cell::RefCell;

    thread_local! {
        static WAKERS: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(thread_waker.clone());
        WAKERS.with_borrow_mut(|wakers| wakers.push(waker.clone()));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !thread_waker.woken.swap(false, Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Trap: the thread unparks itself before it parks. It goes round and round, and does not wait for the waker.
/// Caught by: polls_are_wakes_and_one
/// Says: A thread that unparks itself does not sleep
mod unparks_itself {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) }));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            thread::current().unpark();
            thread::park();
        }
    }
}

/// Trap: a `Condvar` in place of `park`. It works in a program; these checks look at `park` only, and the task says so.
/// Caught by: polls_are_wakes_and_one
/// Says: a `Condvar`, a channel
mod a_condvar {
    use std::sync::{Condvar, Mutex};

    #[derive(Default)]
    struct Signal {
        woken: Mutex<bool>,
        rings: Condvar,
    }

    impl Wake for Signal {
        fn wake(self: Arc<Self>) {
            *self.woken.lock().expect("nobody panics with this lock") = true;
            self.rings.notify_one();
        }
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let signal = Arc::new(Signal::default());
        let waker = Waker::from(signal.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            let mut woken = signal.woken.lock().expect("nobody panics with this lock");
            while !*woken {
                woken = signal.rings.wait(woken).expect("nobody panics with this lock");
            }
            *woken = false;
        }
    }
}

/// Trap: `wake` unparks the thread and leaves no mark. The thread gets up, finds no reason, and sleeps again.
/// Caught by: polls_are_wakes_and_one
/// Says: Does `wake` set the mark
mod wake_leaves_no_mark {
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            self.thread.unpark();
        }
    }
}

/// Trap: no poll without a wake, but the thread does not sleep in between: it looks at a mark without end.
/// Caught by: polls_are_wakes_and_one
/// Says: that is no sleep
mod spins_on_a_mark {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let mark = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(mark.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !mark.woken.swap(false, Ordering::SeqCst) {
                std::hint::spin_loop();
            }
        }
    }
}

/// Trap: `wake` unparks the thread only while a mark says that it sleeps. A wake that comes earlier is thrown away.
/// Caught by: a_wake_during_the_poll_is_kept
/// Says: it must reach `unpark()`, whether the thread sleeps at that moment or not
mod unparks_only_a_sleeper {
    struct ThreadWaker {
        thread: Thread,
        asleep: AtomicBool,
    }

    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            if self.asleep.load(Ordering::SeqCst) {
                self.thread.unpark();
            }
        }
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let mark = Arc::new(ThreadWaker { thread: thread::current(), asleep: AtomicBool::new(false) });
        let waker = Waker::from(mark.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            mark.asleep.store(true, Ordering::SeqCst);
            thread::park();
            mark.asleep.store(false, Ordering::SeqCst);
        }
    }
}

/// Trap: `wake` unparks the current thread: the one that calls the waker, and not the one that sleeps.
/// Caught by: a_wake_from_another_thread_is_kept
/// Says: it has not unparked the thread
mod unparks_the_caller {
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            self.woken.store(true, Ordering::SeqCst);
            thread::current().unpark();
        }
    }
}

/// Trap: `unpark` first, and then the mark. The thread may have looked for it in between, and sleeps again.
/// Caught by: the_mark_is_there_when_the_thread_gets_up
/// Says: The mark first, and then `unpark()`
mod unparks_before_the_mark {
    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            self.thread.unpark();
            self.woken.store(true, Ordering::SeqCst);
        }
    }
}

/// Trap: the mark is looked at and never taken away. After the first wake nobody sleeps.
/// Caught by: polls_are_wakes_and_one
/// Says: it polls again and again
/// Says: whoever has seen it takes it away
mod the_mark_stays {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !thread_waker.woken.load(Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Trap: the thread parks once, and then it naps for a millisecond at a time, until the mark is there.
/// Caught by: an_unpark_without_a_wake_does_no_harm
/// Says: in another place than `thread::park()`
/// Says: as long as the mark is not there, park
mod parks_once_and_naps {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            if !thread_waker.woken.load(Ordering::SeqCst) {
                thread::park();
            }
            while !thread_waker.woken.swap(false, Ordering::SeqCst) {
                thread::sleep(std::time::Duration::from_millis(1));
            }
        }
    }
}
