//! # The newest waker: what else is right
//!
//! Each module holds only what differs from the solution, `../newest_waker.rs`.

/// Also right: a `oneshot` channel keeps the newest waker of its receiver.
mod two_oneshot_channels {
    use tokio::sync::oneshot::{self, Receiver};

    #[derive(Debug)]
    pub struct FirstToken(Receiver<String>);

    #[derive(Debug)]
    pub struct WholeReply(Receiver<String>);

    #[derive(Debug)]
    pub struct Writer(Mutex<Tokens>);

    #[derive(Debug)]
    struct Tokens {
        text: String,
        first: Option<oneshot::Sender<String>>,
        whole: oneshot::Sender<String>,
    }

    pub fn reply() -> (Writer, FirstToken, WholeReply) {
        let ((first, is_first), (whole, is_whole)) = (oneshot::channel(), oneshot::channel());
        let tokens = Tokens { text: String::new(), first: Some(first), whole };
        (Writer(Mutex::new(tokens)), FirstToken(is_first), WholeReply(is_whole))
    }

    impl Writer {
        pub fn push(&self, token: &str) {
            let first = {
                let mut tokens = self.0.lock().expect("nobody panics with this lock");
                tokens.text.push_str(token);
                tokens.first.take()
            };
            if let Some(first) = first {
                // Nobody waits any more: nobody misses it.
                let _ = first.send(token.to_owned());
            }
        }

        pub fn finish(self) {
            let tokens = self.0.into_inner().expect("nobody panics with this lock");
            // Without a token this end is dropped here, and that says `None`.
            drop(tokens.first);
            let _ = tokens.whole.send(tokens.text);
        }
    }

    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            Pin::new(&mut self.0).poll(cx).map(Result::ok)
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            Pin::new(&mut self.0).poll(cx).map(|text| text.expect("a writer is finished before it is dropped"))
        }
    }
}

/// Also right: `AtomicWaker` keeps the newest waker without a lock around it. Register first, then look, and take it out if nothing is left to wait for.
mod atomic_wakers {
    use futures::task::AtomicWaker;

    #[derive(Debug, Default)]
    struct Shared {
        reply: Mutex<Reply>,
        first: AtomicWaker,
        whole: AtomicWaker,
    }

    #[derive(Debug, Default)]
    struct Reply {
        tokens: Vec<String>,
        is_finished: bool,
    }

    #[derive(Debug)]
    pub struct Writer(Arc<Shared>);

    #[derive(Debug)]
    pub struct FirstToken(Arc<Shared>);

    #[derive(Debug)]
    pub struct WholeReply(Arc<Shared>);

    pub fn reply() -> (Writer, FirstToken, WholeReply) {
        let shared = Arc::<Shared>::default();
        (Writer(shared.clone()), FirstToken(shared.clone()), WholeReply(shared))
    }

    impl Writer {
        pub fn push(&self, token: &str) {
            self.0.reply.lock().expect("nobody panics with this lock").tokens.push(token.to_owned());
            self.0.first.wake();
        }

        pub fn finish(self) {
            self.0.reply.lock().expect("nobody panics with this lock").is_finished = true;
            self.0.first.wake();
            self.0.whole.wake();
        }
    }

    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            self.0.first.register(cx.waker());
            let reply = self.0.reply.lock().expect("nobody panics with this lock");
            if reply.is_finished || !reply.tokens.is_empty() {
                self.0.first.take();
                return Poll::Ready(reply.tokens.first().cloned());
            }
            Poll::Pending
        }
    }

    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            self.0.whole.register(cx.waker());
            let reply = self.0.reply.lock().expect("nobody panics with this lock");
            if reply.is_finished {
                self.0.whole.take();
                return Poll::Ready(reply.tokens.concat());
            }
            Poll::Pending
        }
    }
}

/// Also right: `clone_from` clones only a waker that would wake another task.
mod clone_from {
    impl Future for FirstToken {
        type Output = Option<String>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished || !shared.tokens.is_empty() {
                return Poll::Ready(shared.tokens.first().cloned());
            }
            match &mut shared.first {
                Some(waker) => waker.clone_from(cx.waker()),
                None => shared.first = Some(cx.waker().clone()),
            }
            Poll::Pending
        }
    }
}

/// Also right: the waker is cloned before the lock is taken: a clone may run code, too.
mod cloned_before_the_lock {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let waker = cx.waker().clone();
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            if shared.is_finished {
                return Poll::Ready(shared.tokens.concat());
            }
            shared.whole = Some(waker);
            Poll::Pending
        }
    }
}

/// Also right: `drop` ends the guard before the waker is called.
mod dropped_by_hand {
    impl Writer {
        pub fn push(&self, token: &str) {
            let mut shared = self.0.lock().expect("nobody panics with this lock");
            shared.tokens.push(token.to_owned());
            let first = shared.first.take();
            drop(shared);
            if let Some(first) = first {
                first.wake();
            }
        }
    }
}

/// Also right: the futures are not `Unpin`, as those of an `async fn` are not.
mod futures_that_may_not_be_moved {
    use std::marker::PhantomPinned;

    #[derive(Debug)]
    pub struct WholeReply(Arc<Mutex<Shared>>, PhantomPinned);

    pub fn reply() -> (Writer, FirstToken, WholeReply) {
        let shared = Arc::<Mutex<Shared>>::default();
        (Writer(shared.clone()), FirstToken(shared.clone()), WholeReply(shared, PhantomPinned))
    }
}

/// Also right: the waker is kept under a lock of its own, and then it looks once more.
mod looks_once_more {
    impl Future for WholeReply {
        type Output = String;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<String> {
            let look = || {
                let shared = self.0.lock().expect("nobody panics with this lock");
                shared.is_finished.then(|| shared.tokens.concat())
            };
            if let Some(text) = look() {
                return Poll::Ready(text);
            }
            self.0.lock().expect("nobody panics with this lock").whole = Some(cx.waker().clone());
            // What has come in between has found no waker, or another one.
            look().map_or(Poll::Pending, Poll::Ready)
        }
    }
}

/// Also right: a future that is dropped takes its waker with it.
mod a_dropped_future_takes_its_waker {
    impl Drop for FirstToken {
        fn drop(&mut self) {
            let waker = self.0.lock().expect("nobody panics with this lock").first.take();
            // Outside of the lock, as the drop of a waker may run code.
            drop(waker);
        }
    }
}
