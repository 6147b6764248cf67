//! # Measured: what people write
//!
//! Each module holds only what differs from the solution, `../measured.rs`.

/// Trap: the future is polled with a waker that wakes nobody.
/// Caught by: hands_the_waker_on
/// Says: the task was not woken
mod a_waker_of_its_own {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let started = this.started.get_or_insert_with(Instant::now);
            *this.polls += 1;
            let measure = |polls| Measure { polls, took: started.elapsed() };
            this.future
                .poll(&mut Context::from_waker(std::task::Waker::noop()))
                .map(|output| (output, measure(*this.polls)))
        }
    }
}

/// Trap: the clock runs only while the future is polled, so the wait itself is not measured.
/// Caught by: measures_the_whole_wait
/// Says: Most of the time of a future passes between its polls
mod only_the_time_inside_of_polls {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        polls: u32,
        took: Duration,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, polls: 0, took: Duration::ZERO }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let began = Instant::now();
            *this.polls += 1;
            let poll = this.future.poll(cx);
            *this.took += began.elapsed();
            poll.map(|output| (output, Measure { polls: *this.polls, took: *this.took }))
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
            let started = this.started.get_or_insert_with(Instant::now);
            loop {
                *this.polls += 1;
                if let Poll::Ready(output) = this.future.as_mut().poll(cx) {
                    return Poll::Ready((output, Measure { polls: *this.polls, took: started.elapsed() }));
                }
            }
        }
    }
}

/// Trap: `std::time::Instant` does not know of tokio's clock, and of virtual time.
/// Caught by: measures_the_whole_wait
/// Says: The clock of `std` does not know of virtual time
mod the_clock_of_the_machine {
    use std::time::Instant;
}

/// Trap: every poll starts the clock anew.
/// Caught by: measures_the_whole_wait
/// Says: Measure from the beginning of the first poll
mod the_clock_starts_at_every_poll {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let started = this.started.insert(Instant::now());
            *this.polls += 1;
            let measure = |polls| Measure { polls, took: started.elapsed() };
            this.future.poll(cx).map(|output| (output, measure(*this.polls)))
        }
    }
}

/// Trap: the clock starts in `measured`, before anybody has polled.
/// Caught by: the_clock_starts_at_the_first_poll
/// Says: start the clock in `poll`, once
mod the_clock_starts_when_it_is_made {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        polls: u32,
        /// When it was made.
        started: Instant,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, polls: 0, started: Instant::now() }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let started = this.started;
            *this.polls += 1;
            let measure = |polls| Measure { polls, took: started.elapsed() };
            this.future.poll(cx).map(|output| (output, measure(*this.polls)))
        }
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
            let started = this.started.get_or_insert_with(Instant::now);
            match this.future.poll(cx) {
                Poll::Ready(output) => Poll::Ready((output, Measure { polls: *this.polls, took: started.elapsed() })),
                Poll::Pending => {
                    *this.polls += 1;
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
        polls: u32,
        /// When the first poll began.
        started: Option<Instant>,
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let started = this.started.get_or_insert_with(Instant::now);
            *this.polls += 1;
            let measure = |polls| Measure { polls, took: started.elapsed() };
            Pin::new(this.future).poll(cx).map(|output| (output, measure(*this.polls)))
        }
    }
}
