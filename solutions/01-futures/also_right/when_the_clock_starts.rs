//! # When the clock starts: what else is right
//!
//! Each module holds only what differs from the solution, `../when_the_clock_starts.rs`.

/// Also right: the call takes the deadline, and the block waits for it.
mod a_deadline {
    use tokio::{time::Instant, time::sleep_until};

    pub fn notice(after: Duration) -> Pause {
        let deadline = Instant::now() + after;
        Box::pin(async move { sleep_until(deadline).await })
    }
}

/// Also right: the notice is a task that was spawned by the call.
mod a_task_for_the_notice {
    pub fn notice(after: Duration) -> Pause {
        let task = tokio::spawn(sleep(after));
        Box::pin(async move { task.await.expect("a sleep does not panic") })
    }
}

/// Also right: `lazy` of the futures crate calls its closure at the first poll.
mod lazy_and_flatten {
    use futures::{FutureExt, future::lazy};

    pub fn notice(after: Duration) -> Pause {
        let timer = sleep(after);
        timer.boxed()
    }

    pub fn rest(pause: Duration) -> Pause {
        lazy(move |_| sleep(pause)).flatten().boxed()
    }
}

/// Also right: a hand-written future makes its timer at the first poll and keeps it.
mod made_at_the_first_poll_and_kept {
    use std::{task::Context, task::Poll};
    use tokio::time::Sleep;

    pub fn rest(pause: Duration) -> Pause {
        Box::pin(Rest::Begins(pause))
    }

    /// The timer is behind a pointer, so the rest may be moved.
    enum Rest {
        Begins(Duration),
        Waits(Pin<Box<Sleep>>),
    }

    impl Future for Rest {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            loop {
                match &mut *self {
                    Rest::Begins(pause) => *self = Rest::Waits(Box::pin(sleep(*pause))),
                    Rest::Waits(timer) => return timer.as_mut().poll(cx),
                }
            }
        }
    }
}
