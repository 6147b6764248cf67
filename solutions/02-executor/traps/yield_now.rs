//! # Yield now: what people write
//!
//! Each module holds only what differs from the solution, `../yield_now.rs`.

/// Trap: `.await` itself is taken for the point at which a task lets others run. It is one only where the future is pending.
/// Caught by: yields_once_and_comes_back
/// Says: `.await` on a future that is ready at once goes straight on
mod a_future_that_is_ready {
    pub fn yield_now() -> std::future::Ready<()> {
        std::future::ready(())
    }

    pub async fn count(to: u32, mut output: impl FnMut(u32)) {
        for number in 0..to {
            output(number);
            yield_now().await;
        }
    }
}

/// Trap: the future does not remember that it has yielded, and yields for ever.
/// Caught by: yields_once_and_comes_back
/// Says: the second poll is pending too
mod never_ready {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            context.waker().wake_by_ref();
            match self.has_yielded {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }
    }
}

/// Trap: the future is pending once, and calls nobody. No executor has a reason to come back.
/// Caught by: yields_once_and_comes_back
/// Says: nobody has called its waker
mod pending_without_a_wake {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if self.has_yielded {
                return Poll::Ready(());
            }
            self.has_yielded = true;
            Poll::Pending
        }
    }
}

/// Trap: the future calls the waker and is ready. The task is woken while it goes on, and lets nobody run.
/// Caught by: yields_once_and_comes_back
/// Says: the task keeps its turn
mod ready_at_once {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.has_yielded = true;
            context.waker().wake_by_ref();
            Poll::Ready(())
        }
    }
}

/// Trap: the *thread* gives way to other threads. The tasks are all on this one.
/// Caught by: yields_once_and_comes_back
/// Says: all tasks here are on one
mod the_thread_yields {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.has_yielded = true;
            std::thread::yield_now();
            Poll::Ready(())
        }
    }
}

/// Trap: the waker is called at every poll, also at the last one.
/// Caught by: yields_once_and_comes_back
/// Says: the second poll has called a waker again
mod wakes_at_every_poll {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            context.waker().wake_by_ref();
            if self.has_yielded {
                return Poll::Ready(());
            }
            self.has_yielded = true;
            Poll::Pending
        }
    }
}

/// Trap: two yields for one, to be on the safe side.
/// Caught by: yields_once_and_comes_back
/// Says: the second poll is pending too
/// Says: gives up two turns for one
mod yields_twice {
    pub struct YieldNow {
        polls: u32,
    }

    pub fn yield_now() -> YieldNow {
        YieldNow { polls: 0 }
    }

    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.polls = (self.polls + 1) % 3;
            if self.polls == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the chapter's code, renamed. It yields once, and this one is awaited again and again.
/// Caught by: two_counters_alternate
/// Says: The first yield has worked, and no other one
mod the_chapters_code {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if self.has_yielded {
                return Poll::Ready(());
            }
            self.has_yielded = true;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: one wake is taken to be enough for all yields.
/// Caught by: two_counters_alternate
/// Says: also at the second yield
mod one_wake_for_all {
    pub struct YieldNow {
        has_yielded: bool,
        has_woken: bool,
    }

    pub fn yield_now() -> YieldNow {
        YieldNow { has_yielded: false, has_woken: false }
    }

    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if std::mem::take(&mut self.has_yielded) {
                return Poll::Ready(());
            }
            self.has_yielded = true;
            if !std::mem::replace(&mut self.has_woken, true) {
                context.waker().wake_by_ref();
            }
            Poll::Pending
        }
    }
}

/// Trap: the counter yields only at the beginning.
/// Caught by: they_alternate_to_the_end
/// Says: keeps its turn for the rest
mod only_the_first_numbers {
    pub async fn count(to: u32, mut output: impl FnMut(u32)) {
        let mut turn = yield_now();
        for number in 0..to {
            output(number);
            if number < 3 {
                (&mut turn).await;
            }
        }
    }
}

/// Trap: the waker of the first poll is kept and called each time.
/// Caught by: each_await_is_a_yield
/// Says: The one to wake is the one that polls now
mod the_first_waker_is_kept {
    pub struct YieldNow {
        has_yielded: bool,
        waker: Option<std::task::Waker>,
    }

    pub fn yield_now() -> YieldNow {
        YieldNow { has_yielded: false, waker: None }
    }

    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if std::mem::take(&mut self.has_yielded) {
                return Poll::Ready(());
            }
            self.has_yielded = true;
            self.waker.get_or_insert_with(|| context.waker().clone()).wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: tokio's `yield_now` does the work. It leaves the wake to the runtime, and the executor may be another one.
/// Caught by: it_works_inside_of_tokio
/// Says: leave the wake to tokio, for later
mod tokios_yield {
    pub struct YieldNow {
        yields: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    }

    pub fn yield_now() -> YieldNow {
        YieldNow { yields: None }
    }

    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let yields = self.yields.get_or_insert_with(|| Box::pin(tokio::task::yield_now()));
            let polled = yields.as_mut().poll(context);
            if polled.is_ready() {
                self.yields = None;
            }
            polled
        }
    }
}
