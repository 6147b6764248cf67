//! # The newest waker: what else is right
//!
//! Each module holds only what differs from the solution, `../newest_waker.rs`.

/// Also right: a `oneshot` channel is this exercise, finished.
mod a_oneshot_channel {
    use tokio::sync::oneshot;

    #[derive(Debug)]
    pub struct Reply(oneshot::Receiver<String>);

    #[derive(Debug)]
    pub struct Sender(oneshot::Sender<String>);

    pub fn reply() -> (Sender, Reply) {
        let (sender, receiver) = oneshot::channel();
        (Sender(sender), Reply(receiver))
    }

    impl Sender {
        pub fn put(self, text: &str) {
            // Nobody waits any more: nobody misses it.
            let _ = self.0.send(text.to_owned());
        }
    }

    impl Future for Reply {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            match Pin::new(&mut self.0).poll(cx) {
                Poll::Ready(Ok(text)) => Poll::Ready(text),
                // The sender is gone without a text, and none will ever come.
                Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
            }
        }
    }
}

/// Also right: `AtomicWaker` keeps the newest waker without a lock. Register first, then look.
mod an_atomic_waker {
    use futures::task::AtomicWaker;
    use std::sync::OnceLock;

    #[derive(Debug, Default)]
    struct Shared {
        text: OnceLock<String>,
        waker: AtomicWaker,
    }

    #[derive(Debug)]
    pub struct Reply(Arc<Shared>);

    #[derive(Debug)]
    pub struct Sender(Arc<Shared>);

    pub fn reply() -> (Sender, Reply) {
        let shared = Arc::<Shared>::default();
        (Sender(shared.clone()), Reply(shared))
    }

    impl Sender {
        pub fn put(self, text: &str) {
            let _ = self.0.text.set(text.to_owned());
            self.0.waker.wake();
        }
    }

    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            self.0.waker.register(cx.waker());
            self.0.text.get().cloned().map_or(Poll::Pending, Poll::Ready)
        }
    }
}

/// Also right: `clone_from` clones only a waker that would wake another task.
mod clone_from {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if let Some(text) = shared.text.take() {
                return Poll::Ready(text);
            }
            match &mut shared.waker {
                Some(waker) => waker.clone_from(cx.waker()),
                None => shared.waker = Some(cx.waker().clone()),
            }
            Poll::Pending
        }
    }
}

/// Also right: the waker is kept first, whether or not it will be needed.
mod keeps_the_waker_first {
    impl Future for Reply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.waker = Some(cx.waker().clone());
            match shared.text.take() {
                Some(text) => Poll::Ready(text),
                None => Poll::Pending,
            }
        }
    }
}
