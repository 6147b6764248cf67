//! # Measured: what else is right
//!
//! Each module holds only what differs from the solution, `../measured.rs`.

/// Also right: an `async` block around `poll_fn`, where `pin!` pins the future.
mod an_async_block {
    use std::{future::poll_fn, pin::pin};

    pub async fn measured<F: Future>(future: F) -> (F::Output, Measure) {
        let mut future = pin!(future);
        let (mut measure, mut last) = (Measure::default(), None::<Instant>);
        let output = poll_fn(|cx| {
            let silence = last.map_or(Duration::ZERO, |last| last.elapsed());
            last = Some(Instant::now());
            measure.polls += 1;
            measure.took += silence;
            measure.silence = measure.silence.max(silence);
            future.as_mut().poll(cx)
        })
        .await;
        (output, measure)
    }
}

/// Also right: the future is behind a pointer, so the wrapper may be moved and needs no pin-project.
mod behind_a_pointer {
    #[derive(Debug)]
    pub struct Measured<F> {
        future: Pin<Box<F>>,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future: Box::pin(future), measure: Measure::default(), last_poll: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let now = Instant::now();
            if let Some(last) = self.last_poll.replace(now) {
                self.measure.took += now - last;
                self.measure.silence = self.measure.silence.max(now - last);
            }
            self.measure.polls += 1;
            let measure = self.measure;
            self.future.as_mut().poll(cx).map(|output| (output, measure))
        }
    }
}

/// Also right: all polls are noted, and the measure is made at the end.
mod all_instants_kept {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        polls: Vec<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, polls: Vec::new() }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            this.polls.push(Instant::now());
            let Poll::Ready(output) = this.future.poll(cx) else { return Poll::Pending };
            let silences = this.polls.windows(2).map(|pair| pair[1] - pair[0]);
            let measure = Measure {
                polls: this.polls.len() as u32,
                took: silences.clone().sum(),
                silence: silences.max().unwrap_or_default(),
            };
            Poll::Ready((output, measure))
        }
    }
}

/// Also right: the pin is handed on by hand, in two lines of `unsafe`. The wrapper is `Unpin` only if its future is.
mod projected_by_hand {
    #[derive(Debug)]
    pub struct Measured<F> {
        future: F,
        measure: Measure,
        last_poll: Option<Instant>,
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            // SAFETY: nothing moves `future`: this is the only place that touches it.
            let this = unsafe { self.get_unchecked_mut() };
            let now = Instant::now();
            let silence = this.last_poll.replace(now).map_or(Duration::ZERO, |last| now - last);
            this.measure.polls += 1;
            this.measure.took += silence;
            this.measure.silence = this.measure.silence.max(silence);
            // SAFETY: the wrapper is pinned, and so is its field.
            unsafe { Pin::new_unchecked(&mut this.future) }.poll(cx).map(|output| (output, this.measure))
        }
    }
}

/// Also right: the instant of the first poll is remembered as well, and the whole time is one difference.
mod from_the_first_poll {
    #[pin_project]
    #[derive(Debug)]
    pub struct Measured<F> {
        #[pin]
        future: F,
        measure: Measure,
        first_and_last: Option<(Instant, Instant)>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future, measure: Measure::default(), first_and_last: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.project();
            let now = Instant::now();
            let (first, last) = this.first_and_last.unwrap_or((now, now));
            *this.first_and_last = Some((first, now));
            this.measure.polls += 1;
            this.measure.took = now - first;
            this.measure.silence = this.measure.silence.max(now - last);
            let output = std::task::ready!(this.future.poll(cx));
            Poll::Ready((output, *this.measure))
        }
    }
}
