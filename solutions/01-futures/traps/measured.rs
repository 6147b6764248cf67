//! # Measured: what people write
//!
//! Each module holds only what differs from the solution, `../measured.rs`.

/// Trap: the chapter's wrapper, renamed, with the time since the first poll. It does not know when the last poll was.
/// Caught by: measures_a_reply_token_by_token
/// Says: what the chapter's wrapper does not have
mod the_chapters_code_renamed {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        polls: u32,
        started: Option<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, polls: 0, started: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            *this.polls += 1;
            let polls = *this.polls;
            let took = this.started.get_or_insert_with(Instant::now).elapsed();
            this.future.poll(cx).map(|output| (output, Measure { polls, took, silence: took }))
        }
    }
}

/// Trap: the future is polled with a waker that wakes nobody.
/// Caught by: hands_the_waker_on
/// Says: the task was not woken
mod a_waker_of_its_own {
    use std::task::Waker;

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            this.future.poll(&mut Context::from_waker(Waker::noop())).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the waker of the first poll is kept for all further polls.
/// Caught by: hands_the_waker_on
/// Says: and then another one
/// Says: with every poll anew
mod the_first_waker_is_kept {
    use std::task::Waker;

    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
        waker: Option<Waker>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, measure: Measure::default(), last_poll: None, waker: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            let waker = this.waker.get_or_insert_with(|| cx.waker().clone());
            this.future.poll(&mut Context::from_waker(waker)).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the polls are counted in eight bits.
/// Caught by: counts_every_poll
/// Says: be they one or three hundred
mod a_short_count {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure {
                polls: u32::from((polls as u8).wrapping_add(1)),
                took: took + silence,
                silence: longest.max(silence),
            };
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the first poll starts the clock and returns `Pending`, without a poll of the future.
/// Caught by: counts_every_poll
/// Says: nobody has kept the waker
mod begins_with_the_second_poll {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            if polls == 0 {
                return Poll::Pending;
            }
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the clock runs only while the future is polled, so the wait itself is not measured.
/// Caught by: measures_a_reply_token_by_token
/// Says: Most of the time of a future passes between its polls
mod only_the_time_inside_of_polls {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let began = Instant::now();
            let poll = this.future.poll(cx);
            this.measure.polls += 1;
            this.measure.took += began.elapsed();
            this.measure.silence = this.measure.silence.max(began.elapsed());
            poll.map(|output| (output, *this.measure))
        }
    }
}

/// Trap: one poll of the wrapper polls the future until it is ready.
/// Caught by: counts_every_poll
/// Says: A loop that polls it until it is ready holds the thread
mod polls_until_it_is_ready {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let mut this = self.project();
            loop {
                this.measure.polls += 1;
                if let Poll::Ready(output) = this.future.as_mut().poll(cx) {
                    return Poll::Ready((output, *this.measure));
                }
            }
        }
    }
}

/// Trap: `std::time::Instant` does not know of tokio's clock, and of virtual time.
/// Caught by: measures_a_reply_token_by_token
/// Says: The clock of `std` does not know of virtual time
mod the_clock_of_the_machine {
    use std::time::Instant;
}

/// Trap: every poll puts its own silence in the place of the longest one.
/// Caught by: measures_a_reply_token_by_token
/// Says: neither the first of them nor the last
mod only_the_last_silence {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, .. } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: silence };
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the first silence is kept: it is the time to the first token, and that one is the longest, surely.
/// Caught by: tells_the_longest_silence
/// Says: neither the first of them nor the last
mod only_the_first_silence {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure {
                polls: polls + 1,
                took: took + silence,
                silence: if longest.is_zero() { silence } else { longest },
            };
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the time is not added up: each poll begins to measure anew.
/// Caught by: measures_a_reply_token_by_token
/// Says: add it to what was measured so far
mod the_time_of_the_last_silence_only {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, silence: longest, .. } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: silence, silence: longest.max(silence) };
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the clock starts in `measured`, before anybody has polled.
/// Caught by: the_clock_starts_at_the_first_poll
/// Says: start the clock in `poll`, once
mod the_clock_starts_when_it_is_made {
    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, measure: Measure::default(), last_poll: Some(Instant::now()) }
    }
}

/// Trap: only the polls that are pending are counted.
/// Caught by: counts_every_poll
/// Says: A poll that says `Ready` is a poll too
mod the_last_poll_is_not_counted {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls, took: took + silence, silence: longest.max(silence) };
            match this.future.poll(cx) {
                Poll::Ready(output) => Poll::Ready((output, *this.measure)),
                Poll::Pending => {
                    this.measure.polls += 1;
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: no field is marked `#[pin]`, so `project()` gives a `&mut F`, and only a future that may be moved can be polled so.
/// Caught by: the compiler
/// Says: cannot be unpinned
mod the_mark_is_missing {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            Pin::new(this.future).poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: in place of the mark there is `Pin::new_unchecked`, and the wrapper may still be moved.
/// Caught by: keeps_the_future_in_its_place
/// Says: makes the compiler believe a promise
mod a_promise_that_nobody_keeps {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = *this.measure;
            *this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            unsafe { Pin::new_unchecked(this.future) }.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the wrapper is made `Unpin` by hand, so that the compiler stops asking for a pin.
/// Caught by: keeps_the_future_in_its_place
/// Says: its future moves with it
mod unpin_by_hand {
    #[derive(Debug)]
    pub struct Measured<F> {
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    impl<F> Unpin for Measured<F> {}

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = unsafe { self.get_unchecked_mut() };
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = this.measure;
            this.measure = Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) };
            unsafe { Pin::new_unchecked(&mut this.future) }.poll(cx).map(|output| (output, this.measure))
        }
    }
}
