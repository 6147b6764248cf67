//! # Countdown: what people write
//!
//! Each module holds only what differs from the solution, `../countdown.rs`.

/// Trap: a loop counts down inside of one poll.
/// Caught by: is_ready_at_the_fourth_poll
/// Says: A poll does one step and returns
mod counts_in_one_poll {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            while self.left > 0 {
                self.left -= 1;
                self.polls += 1;
                cx.waker().wake_by_ref();
            }
            Poll::Ready(self.polls)
        }
    }
}

/// Trap: it keeps the waker, as a timer does, and nobody ever calls it.
/// Caught by: asks_for_the_next_poll
/// Says: Nobody else knows of this countdown
mod keeps_the_waker_for_later {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            if self.left == 0 {
                return Poll::Ready(self.polls);
            }
            self.left -= 1;
            let waker = cx.waker().clone();
            std::thread::spawn(move || {
                let _kept = waker;
            });
            Poll::Pending
        }
    }
}

/// Trap: it wakes its task and makes no progress, so it is polled for ever.
/// Caught by: is_ready_at_the_fourth_poll
/// Says: Does `left` ever reach 0?
mod never_counts {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            if self.left > 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(self.polls)
        }
    }
}

/// Trap: `Pending` without a call of the waker: the runtime will surely ask again.
/// Caught by: asks_for_the_next_poll
/// Says: poll 1 returned `Pending`, and nobody has been woken
/// Says: `Pending` is a promise
mod no_wake {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            if self.left == 0 {
                return Poll::Ready(self.polls);
            }
            self.left -= 1;
            Poll::Pending
        }
    }
}

/// Trap: one is taken off before the question, so the poll that brings `left` to 0 is ready already.
/// Caught by: is_ready_at_the_fourth_poll
/// Says: saw Pending, Pending, Ready
/// Says: Look at `left` before you take one off
mod ready_too_early {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return Poll::Ready(self.polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the waker is called at the top of every poll, also of the one that is ready.
/// Caught by: asks_for_the_next_poll
/// Says: After `Ready` there is nothing left to poll
mod wakes_at_every_poll {
    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            cx.waker().wake_by_ref();
            self.polls += 1;
            if self.left == 0 {
                return Poll::Ready(self.polls);
            }
            self.left -= 1;
            Poll::Pending
        }
    }
}

/// Trap: it wakes a waker that wakes nobody.
/// Caught by: asks_for_the_next_poll
/// Says: nobody has been woken
mod wakes_nobody {
    use std::task::Waker;

    impl Future for Countdown {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
            self.polls += 1;
            if self.left == 0 {
                return Poll::Ready(self.polls);
            }
            self.left -= 1;
            Waker::noop().wake_by_ref();
            Poll::Pending
        }
    }
}
