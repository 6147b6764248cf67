//! # Join handle: what else is right
//!
//! Each module holds only what differs from the solution, `../join_handle.rs`.

/// Also right: a oneshot channel is the place that the two share, and it brings the waker along.
mod a_oneshot_channel {
    use futures::channel::oneshot;

    struct JoinHandle<T> {
        receiver: oneshot::Receiver<Result<T, Panicked>>,
    }

    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let (sender, receiver) = oneshot::channel();
            self.start(async move {
                let result = caught(future).await;
                // Nobody may listen any more: then the result goes.
                drop(sender.send(result));
            });
            JoinHandle { receiver }
        }
    }

    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            match Pin::new(&mut self.receiver).poll(context) {
                Poll::Ready(Ok(result)) => Poll::Ready(result),
                Poll::Ready(Err(_)) => Poll::Ready(Err(Panicked("the executor is gone".to_owned()))),
                Poll::Pending => Poll::Pending,
            }
        }
    }
}

/// Also right: one value with three states, so that a result and a waker are never there together.
mod an_enum {
    /// How a task stands, as far as its handle knows.
    enum Shared<T> {
        Running,
        /// With the waker of whoever awaits the handle.
        Awaited(Waker),
        Ended(Result<T, Panicked>),
    }

    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared::Running));
            let handle = JoinHandle { shared: shared.clone() };
            self.start(async move {
                let result = caught(future).await;
                let before = shared.replace(Shared::Ended(result));
                if let Shared::Awaited(joiner) = before {
                    joiner.wake();
                }
            });
            handle
        }
    }

    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            match self.shared.replace(Shared::Awaited(context.waker().clone())) {
                Shared::Ended(result) => Poll::Ready(result),
                Shared::Running | Shared::Awaited(_) => Poll::Pending,
            }
        }
    }
}

/// Also right: the combinator of the `futures` crate catches the panic.
mod catch_unwind_of_futures {
    use futures::FutureExt;

    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone() };
            self.start(async move {
                let result =
                    AssertUnwindSafe(future).catch_unwind().await.map_err(|payload| Panicked(words(&*payload)));
                shared.borrow_mut().result = Some(result);
                let joiner = shared.borrow_mut().joiner.take();
                if let Some(joiner) = joiner {
                    joiner.wake();
                }
            });
            handle
        }
    }
}
