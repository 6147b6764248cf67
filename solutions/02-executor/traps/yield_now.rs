//! # Yield now: what people write
//!
//! Each module holds only what differs from the solution, `../yield_now.rs`.

/// Trap: `.await` itself is taken for the point at which a task lets others run. It is one only where the future is pending.
/// Caught by: yields_once_and_comes_back
/// Says: `.await` on a future that is ready at once goes straight on
mod a_future_that_is_ready {
    pub async fn yield_now() {
        std::future::ready(()).await
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
mod yields_twice {
    pub async fn yield_now() {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}
