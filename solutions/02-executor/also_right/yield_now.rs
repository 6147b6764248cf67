//! # Yield now: what else is right
//!
//! Each module holds only what differs from the solution, `../yield_now.rs`.

/// Also right: a closure that remembers. It is `Unpin`, so that it can be awaited again through a `&mut`.
mod poll_fn {
    use std::future::poll_fn;

    pub fn yield_now() -> impl Future<Output = ()> + Unpin {
        let mut has_yielded = false;
        poll_fn(move |context| {
            has_yielded = !has_yielded;
            if !has_yielded {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
    }
}

/// Also right: the polls are counted, and every second one is ready.
mod counts_polls {
    pub struct YieldNow {
        polls: u64,
    }

    pub fn yield_now() -> YieldNow {
        YieldNow { polls: 0 }
    }

    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.polls += 1;
            if self.polls.is_multiple_of(2) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Also right: a clone of the waker, used up by its call.
mod wakes_with_a_clone {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            match std::mem::take(&mut self.has_yielded) {
                true => Poll::Ready(()),
                false => {
                    self.has_yielded = true;
                    context.waker().clone().wake();
                    Poll::Pending
                }
            }
        }
    }
}
