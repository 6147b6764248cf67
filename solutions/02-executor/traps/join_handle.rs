//! # Join handle: what people write
//!
//! Each module holds only what differs from the solution, `../join_handle.rs`.

/// Trap: a task that has panicked has no result, so nothing is left for whoever waits.
/// Caught by: a_panic_reaches_the_one_who_joins
/// Says: A panic is an end like any other
mod a_panic_tells_nobody {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                if result.is_err() {
                    return;
                }
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

/// Trap: the task asks whether anybody still holds the handle, and stops when nobody does.
/// Caught by: a_dropped_handle_detaches_the_task
/// Says: a dropped handle detaches
mod ends_with_its_handle {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let mut future = pin!(caught(future));
                let wanted = poll_fn(|context| match Rc::strong_count(&shared) {
                    1 => Poll::Ready(None),
                    _ => future.as_mut().poll(context).map(Some),
                });
                let Some(result) = wanted.await else { return };
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

/// Trap: the handle says that the result is not there, and keeps no waker.
/// Caught by: the_one_who_waits_is_woken
/// Says: has kept no waker
mod no_waker_is_kept {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            match self.shared.borrow_mut().result.take() {
                Some(result) => Poll::Ready(result),
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: the task leaves its result and tells nobody.
/// Caught by: the_one_who_waits_is_woken
/// Says: The waker lies there, and nobody has called it
mod nobody_is_woken {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                shared.borrow_mut().result = Some(result);
            });
            handle
        }
    }
}

/// Trap: the future is awaited as it is. Its panic goes through the executor.
/// Caught by: a_panic_reaches_the_one_who_joins
/// Says: the panic of a task comes out of `run`
mod not_caught {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = Ok(future.await);
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

/// Trap: the handle panics when the task has panicked.
/// Caught by: a_panic_reaches_the_one_who_joins
/// Says: comes out of the `poll` of its handle
mod panics_again {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let mut shared = self.shared.borrow_mut();
            match shared.result.take() {
                Some(Err(Panicked(words))) => panic!("{words}"),
                Some(result) => Poll::Ready(result),
                None => {
                    shared.joiner = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: `spawn` runs the future to its end, and the handle has its result. Nothing runs beside anything.
/// Caught by: the_one_who_waits_is_woken
/// Says: `spawn` puts the task into the queue
mod spawn_runs_it {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            futures::executor::block_on(async move {
                let result = caught(future).await;
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

/// Trap: the first waker is kept for good. A handle that moves to another task wakes the one that it has left.
/// Caught by: the_newest_waker_is_woken
/// Says: the waker of the last poll
mod the_first_waker_is_kept {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let mut shared = self.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    shared.joiner.get_or_insert_with(|| context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: a handle that is pending wakes its own task, so that it is asked again.
/// Caught by: the_one_who_waits_is_woken
/// Says: is polled again and again, for nothing
mod the_handle_looks_again_and_again {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let mut shared = self.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: the handle holds the future and polls it. A task that nobody joins never runs.
/// Caught by: a_result_that_is_there_is_taken
/// Says: the executor has run, and the task has not ended
/// Without: impl Drop for JoinHandle
mod the_handle_runs_the_task {
    struct JoinHandle<T> {
        future: Pin<Box<dyn Future<Output = Result<T, Panicked>>>>,
    }

    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            JoinHandle { future: Box::pin(caught(future)) }
        }
    }

    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            self.future.as_mut().poll(context)
        }
    }
}

/// Trap: the poll of the handle waits for the result. The thread that waits is the one that would bring it.
/// Caught by: the_one_who_waits_is_woken
/// Says: nobody runs that task
mod the_poll_waits {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            loop {
                if let Some(result) = self.shared.borrow_mut().result.take() {
                    return Poll::Ready(result);
                }
                std::thread::yield_now();
            }
        }
    }
}

/// Trap: the chapter's code, renamed. After the result was taken, the next poll waits for another one.
/// Caught by: a_second_await_is_no_wait
/// Says: this wait has no end
mod the_chapters_code {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let mut shared = self.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => Poll::Ready(result),
                None => {
                    shared.joiner = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: a handle that is dropped leaves its waker behind.
/// Caught by: a_handle_that_is_dropped_wakes_nobody
/// Says: has given up waiting
mod a_dropped_handle_is_remembered {
    impl<T> Drop for JoinHandle<T> {
        fn drop(&mut self) {}
    }
}

/// Trap: the waker is called while the place is borrowed.
/// Caught by: the_woken_one_finds_the_result
/// Says: and that panics: RefCell already borrowed
/// Says: no borrow while the waker is called
mod woken_under_the_borrow {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                let mut shared = shared.borrow_mut();
                shared.result = Some(result);
                if let Some(joiner) = shared.joiner.take() {
                    joiner.wake();
                }
            });
            handle
        }
    }
}

/// Trap: first the wake, and then the result. Whoever looks at once finds nothing.
/// Caught by: the_woken_one_finds_the_result
/// Says: Pending in the middle of the wake
mod woken_before_the_result_is_there {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                let joiner = shared.borrow_mut().joiner.take();
                if let Some(joiner) = joiner {
                    joiner.wake();
                }
                shared.borrow_mut().result = Some(result);
            });
            handle
        }
    }
}

/// Trap: a clone of the waker is called, and the waker stays where it is.
/// Caught by: the_woken_one_finds_the_result
/// Says: is still kept
mod the_waker_stays {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                shared.borrow_mut().result = Some(result);
                let joiner = shared.borrow_mut().joiner.clone();
                if let Some(joiner) = joiner {
                    joiner.wake();
                }
            });
            handle
        }
    }
}

/// Trap: a task that looks twice is woken, so that it looks a third time.
/// Caught by: the_newest_waker_is_woken
/// Says: asks for no turn by that
mod wakes_whoever_looks_again {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.get_mut();
            assert!(!this.has_given, "awaited again");
            let mut shared = this.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => {
                    this.has_given = true;
                    Poll::Ready(result)
                }
                None => {
                    let before = shared.joiner.replace(context.waker().clone());
                    drop(shared);
                    if before.is_some_and(|before| before.will_wake(context.waker())) {
                        context.waker().wake_by_ref();
                    }
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: the task gives up one turn more before it tells its joiner.
/// Caught by: the_wake_comes_with_the_end
/// Says: both in its last turn
mod one_turn_too_late {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                shared.borrow_mut().result = Some(result);
                let mut has_yielded = false;
                poll_fn(|context| {
                    if std::mem::replace(&mut has_yielded, true) {
                        return Poll::Ready(());
                    }
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
                let joiner = shared.borrow_mut().joiner.take();
                if let Some(joiner) = joiner {
                    joiner.wake();
                }
            });
            handle
        }
    }
}

/// Trap: only a reply counts as given. After a panic of the task the handle waits for ever.
/// Caught by: a_second_await_is_no_wait
/// Says: and at the next poll it is pending
mod only_a_reply_is_given_once {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.get_mut();
            assert!(!this.has_given, "awaited again");
            let mut shared = this.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => {
                    this.has_given = result.is_ok();
                    Poll::Ready(result)
                }
                None => {
                    shared.joiner = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: every poll leaves its waker, also the one that has the result.
/// Caught by: a_second_await_is_no_wait
/// Says: Only a poll that is pending leaves its waker
mod a_waker_is_left_at_ready {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.get_mut();
            assert!(!this.has_given, "awaited again");
            let mut shared = this.shared.borrow_mut();
            shared.joiner = Some(context.waker().clone());
            match shared.result.take() {
                Some(result) => {
                    this.has_given = true;
                    Poll::Ready(result)
                }
                None => Poll::Pending,
            }
        }
    }
}

/// Trap: the second await takes what is gone, and the `unwrap` panics.
/// Caught by: a_second_await_is_no_wait
/// Says: and says: called `Option::unwrap()` on a `None` value
/// Says: not what the caller has done
mod unwraps_what_is_gone {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.get_mut();
            if this.has_given {
                return Poll::Ready(this.shared.borrow_mut().result.take().unwrap());
            }
            let mut shared = this.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => {
                    this.has_given = true;
                    Poll::Ready(result)
                }
                None => {
                    shared.joiner = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: a second await is taken for something that cannot be, and the panic says no more than that.
/// Caught by: a_second_await_is_no_wait
/// Says: a panic in words of your own
mod a_second_await_is_unreachable {
    impl<T> Future for JoinHandle<T> {
        type Output = Result<T, Panicked>;

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            let this = self.get_mut();
            if this.has_given {
                unreachable!()
            }
            let mut shared = this.shared.borrow_mut();
            match shared.result.take() {
                Some(result) => {
                    this.has_given = true;
                    Poll::Ready(result)
                }
                None => {
                    shared.joiner = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        }
    }
}

/// Trap: the waker is called by reference, and then once more by value.
/// Caught by: the_newest_waker_is_woken
/// Says: the newest waker was called 2 times
/// Says: One end, one wake
mod one_end_and_two_wakes {
    impl Executor {
        fn spawn<T: 'static>(&mut self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
            let shared = Rc::new(RefCell::new(Shared { result: None, joiner: None }));
            let handle = JoinHandle { shared: shared.clone(), has_given: false };
            self.start(async move {
                let result = caught(future).await;
                shared.borrow_mut().result = Some(result);
                let joiner = shared.borrow_mut().joiner.take();
                if let Some(joiner) = joiner {
                    joiner.wake_by_ref();
                    joiner.wake();
                }
            });
            handle
        }
    }
}
