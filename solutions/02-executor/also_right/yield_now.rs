//! # Yield now: what else is right
//!
//! Each module holds only what differs from the solution, `../yield_now.rs`.

/// Also right: a closure that remembers.
mod poll_fn {
    use std::future::poll_fn;

    pub async fn yield_now() {
        let mut has_yielded = false;
        poll_fn(|context| {
            if std::mem::replace(&mut has_yielded, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}

/// Also right: tokio has one. Outside of tokio it calls the waker at once, as this exercise does.
mod tokios {
    pub async fn yield_now() {
        tokio::task::yield_now().await;
    }
}

/// Also right: a clone of the waker, used up by its call.
mod wakes_with_a_clone {
    impl Future for YieldNow {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            match std::mem::replace(&mut self.has_yielded, true) {
                true => Poll::Ready(()),
                false => {
                    context.waker().clone().wake();
                    Poll::Pending
                }
            }
        }
    }
}
