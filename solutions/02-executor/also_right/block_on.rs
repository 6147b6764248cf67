/// Also right: every poll gets a waker of its own. They all wake the same thread, and share one mark.
mod a_new_waker_for_each_poll {
    struct ThreadWaker {
        thread: Thread,
        woken: Arc<AtomicBool>,
    }

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let woken = Arc::new(AtomicBool::new(false));
        loop {
            let waker = Waker::from(Arc::new(ThreadWaker { thread: thread::current(), woken: woken.clone() }));
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            while !woken.swap(false, Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}

/// Also right: the future is pinned in a box. It costs an allocation, and a future of any size fits the stack.
mod boxed {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = Box::pin(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        let mut polled = future.as_mut().poll(&mut context);
        while polled.is_pending() {
            while !thread_waker.woken.swap(false, Ordering::SeqCst) {
                thread::park();
            }
            polled = future.as_mut().poll(&mut context);
        }
        match polled {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("the loop has ended"),
        }
    }
}

/// Also right: the mark is cleared at the head of the loop, before the poll, and the thread sleeps until it is there.
mod mark_cleared_before_the_poll {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let thread_waker = Arc::new(ThreadWaker { thread: thread::current(), woken: AtomicBool::new(false) });
        let waker = Waker::from(thread_waker.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            thread_waker.woken.store(false, Ordering::SeqCst);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while !thread_waker.woken.load(Ordering::SeqCst) {
                thread::park();
            }
        }
    }
}
