//! # Block on: what else is right
//!
//! Each module holds only what differs from the solution, `../block_on.rs`.

/// Also right: every poll gets a waker of its own. They all wake the same thread.
mod a_new_waker_for_each_poll {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        // A future must not move once it has been polled: `pin!` holds it in its place.
        let mut future = pin!(future);
        loop {
            let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }
}

/// Also right: the future is pinned in a box. It costs an allocation, and a future of any size fits the stack.
mod boxed {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = Box::pin(future);
        // The waker of the thread that calls. It is made once: the thread stays the same.
        let waker = Waker::from(Arc::new(ThreadWaker(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut polled = future.as_mut().poll(&mut context);
        while polled.is_pending() {
            thread::park();
            polled = future.as_mut().poll(&mut context);
        }
        match polled {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("the loop has ended"),
        }
    }
}

/// Also right: a mark of its own, which makes every poll one that a wake asked for. It is taken away before the poll.
mod mark_taken_before_the_poll {
    use std::{sync::atomic::AtomicBool, sync::atomic::Ordering};

    struct ThreadWaker {
        thread: Thread,
        woken: AtomicBool,
    }

    impl Wake for ThreadWaker {
        fn wake(self: Arc<Self>) {
            self.woken.store(true, Ordering::SeqCst);
            self.thread.unpark();
        }
    }

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
                thread::park();
            }
        }
    }
}
