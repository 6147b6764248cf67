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

/// Also right: a silence lasts from the end of a poll to the beginning of the next one; the time inside of polls is added.
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
