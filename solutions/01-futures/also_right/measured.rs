//! # Measured: what else is right
//!
//! Each module holds only what differs from the solution, `../measured.rs`.

/// Also right: an `async` block around `poll_fn`, where `pin!` pins the future.
mod an_async_block {
    use std::{future::poll_fn, pin::pin};

    pub async fn measured<F: Future>(future: F) -> (F::Output, Measure) {
        let mut future = pin!(future);
        let started = Instant::now();
        let mut polls = 0;
        let counted = poll_fn(|cx| {
            polls += 1;
            future.as_mut().poll(cx)
        });
        let output = counted.await;
        (output, Measure { polls, took: started.elapsed() })
    }
}

/// Also right: the future is behind a pointer, so the wrapper may be moved and needs no pin-project.
mod behind_a_pointer {
    #[derive(Debug)]
    pub struct Measured<F> {
        future: Pin<Box<F>>,
        polls: u32,
        /// When the first poll began.
        started: Option<Instant>,
    }

    pub fn measured<F: Future>(future: F) -> Measured<F> {
        Measured { future: Box::pin(future), polls: 0, started: None }
    }

    impl<F: Future> Future for Measured<F> {
        type Output = (F::Output, Measure);

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            self.polls += 1;
            let started = *self.started.get_or_insert_with(Instant::now);
            let poll = self.future.as_mut().poll(cx);
            poll.map(|output| (output, Measure { polls: self.polls, took: started.elapsed() }))
        }
    }
}
