//! # Countdown: what else is right
//!
//! Each module holds only what differs from the solution, `../countdown.rs`.

/// Also right: a clone of the waker is woken by value.
mod a_clone_of_the_waker {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            match self.left.is_empty() {
                true => Poll::Ready(self.polls),
                false => {
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

    /// A replay, made of an `async` block.
    pub struct Replay(Pin<Box<dyn Future<Output = usize>>>);

    impl Replay {
        pub fn new(tokens: impl IntoIterator<Item = String>, screen: &Screen) -> Self {
            let (mut left, screen) = (tokens.into_iter().collect::<Vec<_>>(), screen.clone());
            Self(Box::pin(async move {
                let mut polls = 1;
                while left.len() > AT_ONCE {
                    left.drain(..AT_ONCE).for_each(|token| screen.write(&token));
                    polls += 1;
                    one_turn().await;
                }
                left.into_iter().for_each(|token| screen.write(&token));
                polls
            }))
        }
    }

    async fn one_turn() {
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

    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.0.as_mut().poll(cx)
        }
    }
}

/// Also right: `drain` takes ten tokens at once.
mod drained {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            let this = &mut *self;
            this.polls += 1;
            let count = this.left.len().min(AT_ONCE);
            this.left.drain(..count).for_each(|token| this.screen.write(&token));
            if this.left.is_empty() {
                Poll::Ready(this.polls)
            } else {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

/// Also right: the waker is called first: the task is polled again when this poll has returned.
mod wakes_before_it_writes {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            if self.left.len() > AT_ONCE {
                cx.waker().wake_by_ref();
            }
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            Poll::Pending
        }
    }
}
