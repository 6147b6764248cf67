//! # Countdown: what else is right
//!
//! Each module holds only what differs from the solution, `../countdown.rs`.

/// Also right: a clone of the waker is woken by value.
mod a_clone_of_the_waker {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            match self.left.checked_sub(1) {
                None => Poll::Ready(self.polls),
                Some(left) => {
                    self.left = left;
                    cx.waker().clone().wake();
                    Poll::Pending
                }
            }
        }
    }
}

/// Also right: the state machine is written by the compiler, and each turn is a `yield_now` by `poll_fn`.
mod an_async_block_inside {
    use std::future::poll_fn;

    /// A countdown, made of an `async` block.
    pub struct Countdown(Pin<Box<dyn Future<Output = u32> + Send>>);

    impl std::fmt::Debug for Countdown {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Countdown")
        }
    }

    impl Countdown {
        pub fn from(number: u32) -> Self {
            Self(Box::pin(async move {
                for _ in 0..number {
                    let mut is_woken = false;
                    poll_fn(|cx| {
                        if is_woken {
                            return Poll::Ready(());
                        }
                        is_woken = true;
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    })
                    .await;
                }
                number + 1
            }))
        }
    }

    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.0.as_mut().poll(cx)
        }
    }
}
