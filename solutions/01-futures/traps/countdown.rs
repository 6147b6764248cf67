//! # Countdown: what people write
//!
//! Each module holds only what differs from the solution, `../countdown.rs`.

/// Trap: a short pause in each poll, to be kind to the others. It stops them too.
/// Caught by: is_ready_with_the_last_token
/// Says: even a short one in each of many polls
mod a_pause_in_each_poll {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: a thread is started to call the waker.
/// Caught by: asks_for_the_next_poll
/// Says: was woken from another thread
mod a_thread_wakes_it {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            let waker = cx.waker().clone();
            std::thread::spawn(move || waker.wake()).join().expect("a wake-up does not panic");
            Poll::Pending
        }
    }
}

/// Trap: it keeps the waker, as a timer does, and nobody ever calls it.
/// Caught by: asks_for_the_next_poll
/// Says: Nobody else knows of this replay
mod keeps_the_waker_for_later {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            let waker = cx.waker().clone();
            std::thread::spawn(move || {
                let _kept = waker;
            });
            Poll::Pending
        }
    }
}

/// Trap: it asks whether something is left before it writes, so one poll more finds that nothing is.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: Look after you have written, not before
mod looks_before_it_writes {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the tokens are read and not taken out, so every poll writes the same ones.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: Tokens were written twice
mod never_takes_a_token_off {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for token in self.left.iter().take(AT_ONCE) {
                self.screen.write(token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: `Pending` without a call of the waker: the runtime will surely ask again.
/// Caught by: asks_for_the_next_poll
/// Says: poll 1 returned `Pending`, and nobody has been woken
/// Says: `Pending` is a promise
mod no_wake {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
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

/// Trap: it is ready as soon as less than a whole step is left.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: `Ready` says that all is done, and tokens are left
mod ready_too_early {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.len() < AT_ONCE {
                return Poll::Ready(self.polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the chapter's countdown, renamed: one token with each poll.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: like the countdown of the chapter
/// Says: Here one step is ten tokens
mod the_chapters_code_renamed {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            let Some(token) = self.left.pop_front() else {
                return Poll::Ready(self.polls);
            };
            self.screen.write(&token);
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the polls are counted in eight bits.
/// Caught by: is_ready_with_the_last_token
/// Says: The output is the number of polls
mod the_count_is_too_small {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls = usize::from((self.polls as u8).wrapping_add(1));
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: a loop writes all tokens inside of one poll.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: A poll takes one step and returns
mod the_whole_reply_in_one_poll {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            while let Some(token) = self.left.pop_front() {
                self.screen.write(&token);
            }
            if self.left.is_empty() {
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
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            cx.waker().wake_by_ref();
            self.polls += 1;
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

/// Trap: the waker is called with every token that is written.
/// Caught by: asks_for_the_next_poll
/// Says: has woken its task 10 times
/// Says: ask for the same one
mod wakes_for_every_token {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
                if !self.left.is_empty() {
                    cx.waker().wake_by_ref();
                }
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            Poll::Pending
        }
    }
}

/// Trap: it wakes a waker that wakes nobody.
/// Caught by: asks_for_the_next_poll
/// Says: nobody has been woken
mod wakes_nobody {
    use std::task::Waker;

    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            Waker::noop().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: an empty token is passed over, and does not count.
/// Caught by: writes_ten_tokens_with_each_poll
/// Says: An empty token is a token
mod empty_tokens_do_not_count {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            let mut written = 0;
            while written < AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                if !token.is_empty() {
                    self.screen.write(&token);
                    written += 1;
                }
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: the waker of the first poll is kept, and called at each poll.
/// Caught by: asks_for_the_next_poll
/// Says: has called the waker of an earlier poll, not its own
mod the_first_waker_is_kept {
    use std::task::Waker;

    #[derive(Debug)]
    pub struct Replay {
        left: VecDeque<String>,
        screen: Screen,
        polls: usize,
        waker: Option<Waker>,
    }

    impl Replay {
        pub fn new(tokens: impl IntoIterator<Item = String>, screen: &Screen) -> Self {
            Self { left: tokens.into_iter().collect(), screen: screen.clone(), polls: 0, waker: None }
        }
    }

    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
            }
            if self.left.is_empty() {
                return Poll::Ready(self.polls);
            }
            self.waker.get_or_insert_with(|| cx.waker().clone()).wake_by_ref();
            Poll::Pending
        }
    }
}

/// Trap: it is ready when the last token was written, and of none there is no last one.
/// Caught by: is_ready_with_the_last_token
/// Says: A replay of no tokens has nothing to write
mod waits_for_a_last_token {
    impl Future for Replay {
        type Output = usize;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            self.polls += 1;
            for _ in 0..AT_ONCE {
                let Some(token) = self.left.pop_front() else { break };
                self.screen.write(&token);
                if self.left.is_empty() {
                    return Poll::Ready(self.polls);
                }
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}
