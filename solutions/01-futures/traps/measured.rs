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
/// Says: went through eight or sixteen bits
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
/// Says: the longest of all pauses from one poll to the next
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
/// Says: the longest of all pauses from one poll to the next
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

/// Trap: a silence lasts from the end of a poll to the beginning of the next one, and the last poll is a part of the whole.
/// Caught by: measures_a_poll_that_takes_time
/// Says: its instant is the one at which it begins
mod from_the_end_of_a_poll {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let began = Instant::now();
            if let Some(ended) = *this.last_poll {
                this.measure.silence = this.measure.silence.max(began - ended);
                this.measure.took += began - ended;
            }
            let poll = this.future.poll(cx);
            this.measure.polls += 1;
            this.measure.took += began.elapsed();
            *this.last_poll = Some(Instant::now());
            poll.map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the clock is read after the future was polled.
/// Caught by: measures_a_poll_that_takes_time
/// Says: its instant is the one at which it begins
mod the_clock_is_read_after_the_poll {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let poll = this.future.poll(cx);
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            poll.map(|output| (output, *this.measure))
        }
    }
}

/// Trap: only the pauses are added up, from the end of a poll to the beginning of the next one.
/// Caught by: measures_a_poll_that_takes_time
/// Says: The time inside of the polls is in no number
mod only_the_time_between_polls {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            let poll = this.future.poll(cx);
            *this.last_poll = Some(Instant::now());
            poll.map(|output| (output, *this.measure))
        }
    }
}

/// Trap: a second poll at the same instant is taken for the same poll.
/// Caught by: takes_every_poll_as_it_comes
/// Says: A poll counts though no time has passed
mod one_poll_for_each_instant {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let is_new = *this.last_poll != Some(now);
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += u32::from(is_new);
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: a waker of the wrapper's own notes whether the task was woken, and only such polls count.
/// Caught by: takes_every_poll_as_it_comes
/// Says: The wrapper need not know who was woken
mod only_polls_that_were_asked_for {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        task::{Wake, Waker},
    };

    struct Flag(Arc<AtomicBool>, Waker);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
            self.1.wake_by_ref();
        }
    }

    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
        is_woken: Arc<AtomicBool>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, measure: Measure::default(), last_poll: None, is_woken: Arc::default() }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            if this.is_woken.swap(false, Ordering::SeqCst) || this.last_poll.is_none() {
                let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
                this.measure.polls += 1;
                this.measure.took += silence;
                this.measure.silence = this.measure.silence.max(silence);
            }
            let waker = Waker::from(Arc::new(Flag(this.is_woken.clone(), cx.waker().clone())));
            this.future.poll(&mut Context::from_waker(&waker)).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: a poll with another waker starts the clock anew: another task, another measure.
/// Caught by: takes_every_poll_as_it_comes
/// Says: The wrapper has moved to another task
mod starts_anew_in_another_task {
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
            let same_task = this.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
            *this.waker = Some(cx.waker().clone());
            let last = this.last_poll.replace(now).filter(|_| same_task);
            let silence = last.map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the silences are added up in whole milliseconds.
/// Caught by: takes_every_poll_as_it_comes
/// Says: cuts each of them to whole milliseconds
mod whole_milliseconds {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let silence = Duration::from_millis(silence.as_millis() as u64);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: a silence of more than an hour must be a mistake, and is cut.
/// Caught by: takes_every_poll_as_it_comes
/// Says: A long silence is what this measure is there to show
mod an_hour_at_most {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let silence = silence.min(Duration::from_secs(3600));
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the measure is in an `Rc<Cell<_>>`, to be changed in `poll`, and the wrapper may not be sent any more.
/// Caught by: sent_where_its_future_may_be_sent
/// Says: `poll` has the wrapper to itself
mod in_an_rc {
    use std::{cell::Cell, rc::Rc};

    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        measure: Rc<Cell<Measure>>,
        last_poll: Option<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, measure: Rc::default(), last_poll: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let Measure { polls, took, silence: longest } = this.measure.get();
            this.measure.set(Measure { polls: polls + 1, took: took + silence, silence: longest.max(silence) });
            this.future.poll(cx).map(|output| (output, this.measure.get()))
        }
    }
}

/// Trap: more is asked of the output than to be an output.
/// Caught by: the compiler
/// Says: unsatisfied trait bound introduced here
mod a_bound_on_the_output {
    impl<F: Future<Output: std::fmt::Debug + Clone>> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the polls are counted in sixteen bits.
/// Caught by: counts_every_poll
/// Says: went through eight or sixteen bits
mod a_count_of_sixteen_bits {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls = u32::from((this.measure.polls as u16).wrapping_add(1));
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the instant of the last poll is in a `thread_local!`, and all wrappers of the thread share it.
/// Caught by: measures_any_future
/// Says: Two of them live at the same time
mod one_clock_for_all {
    use std::cell::Cell;

    thread_local! {
        static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let last = LAST.replace(Some(now)).filter(|_| this.measure.polls > 0);
            let silence = last.map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: `poll` takes the future out, pins it on the stack, and puts it back.
/// Caught by: keeps_the_future_in_its_place
/// Says: `poll` takes the future out and puts it back
mod taken_out_and_put_back {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: Option<F>,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future: Some(future), measure: Measure::default(), last_poll: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            let place = unsafe { this.future.get_unchecked_mut() };
            let mut future = place.take().expect("it is put back after each poll");
            let poll = unsafe { Pin::new_unchecked(&mut future) }.poll(cx);
            *place = Some(future);
            poll.map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the future is polled once more in the first poll, to warm it up.
/// Caught by: counts_every_poll
/// Says: Here the future was polled once more than that
mod polls_once_more_to_begin {
    use std::task::Waker;

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            let mut future = this.future;
            if this.measure.polls == 1
                && let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return Poll::Ready((output, *this.measure));
            }
            future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the time goes through a float.
/// Caught by: measures_a_reply_token_by_token
/// Says: through a float
mod through_a_float {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took = Duration::from_secs_f32(this.measure.took.as_secs_f32() + silence.as_secs_f32());
            this.measure.silence = this.measure.silence.max(silence);
            this.future.poll(cx).map(|output| (output, *this.measure))
        }
    }
}

/// Trap: the silence before the poll that is ready is left out.
/// Caught by: tells_the_longest_silence
/// Says: before the poll that is ready counts too
mod the_last_silence_is_left_out {
    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            let measure = this.measure;
            measure.polls += 1;
            measure.took += silence;
            match this.future.poll(cx) {
                Poll::Ready(output) => Poll::Ready((output, *measure)),
                Poll::Pending => {
                    measure.silence = measure.silence.max(silence);
                    Poll::Pending
                }
            }
        }
    }
}
