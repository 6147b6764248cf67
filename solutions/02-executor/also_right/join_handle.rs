//! # Join handle: what else is right
//!
//! Each module holds only what differs from the solution, `../join_handle.rs`.

/// Also right: a oneshot channel is the place that the two share, and it brings the waker along.
/// Without: impl Drop for JoinHandle
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
                Poll::Ready(Err(_)) => panic!("awaited again, or the executor is gone"),
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
        Joined,
    }

    struct JoinHandle<T> {
        shared: Rc<RefCell<Shared<T>>>,
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
                Shared::Ended(result) => {
                    self.shared.replace(Shared::Joined);
                    Poll::Ready(result)
                }
                Shared::Joined => panic!("the result was given already"),
                Shared::Running | Shared::Awaited(_) => Poll::Pending,
            }
        }
    }

    impl<T> Drop for JoinHandle<T> {
        fn drop(&mut self) {
            let is_awaited = matches!(*self.shared.borrow(), Shared::Awaited(_));
            if is_awaited {
                self.shared.replace(Shared::Running);
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
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
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

/// Also right: `remote_handle` makes the two halves. A handle that is dropped must `forget`, or it would end the task.
mod a_remote_handle {
    use futures::future::{FutureExt, RemoteHandle};

    struct JoinHandle<T> {
        half: Option<RemoteHandle<Result<T, Panicked>>>,
    }

    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let (task, half) = caught(future).remote_handle();
            self.start(task);
            JoinHandle { half: Some(half) }
        }
    }

    impl<T: 'static> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let half = self.half.as_mut().expect("awaited once");
            let polled = Pin::new(half).poll(context);
            if polled.is_ready() {
                self.half = None;
            }
            polled
        }
    }

    impl<T> Drop for JoinHandle<T> {
        fn drop(&mut self) {
            if let Some(half) = self.half.take() {
                half.forget();
            }
        }
    }
}
