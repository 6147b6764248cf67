//! Other right answers for `worker_pool`.

/// No task for a call: the panic is caught where it is polled.
mod caught_in_the_worker {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let call =
                futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(async { llm.complete(&question).await }));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                ended = call => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error))),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// A task takes the questions from the queue, each as soon as there is a permit; the calls are in one set.
mod permits {
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        workers: JoinSet<()>,
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, mut queue) = mpsc::channel::<Job>(capacity);
            let llm = llm.clone();
            let mut set = JoinSet::new();
            set.spawn(async move {
                let mut calls = JoinSet::new();
                loop {
                    tokio::select! {
                        job = queue.recv(), if calls.len() < workers => {
                            let Some((question, mut asker)) = job else { break };
                            if asker.is_closed() {
                                continue;
                            }
                            let call = llm.complete(&question);
                            calls.spawn(async move {
                                let caught = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(call));
                                tokio::select! {
                                    () = asker.closed() => {}
                                    ended = caught => {
                                        let _ = asker.send(match ended {
                                            Ok(answer) => answer.map_err(Failed::Model),
                                            Err(panic) => Err(Failed::Panicked(words(&*panic))),
                                        });
                                    }
                                }
                            });
                        }
                        Some(ended) = calls.join_next() => ended.expect("its panics are caught"),
                    }
                }
                while calls.join_next().await.is_some() {}
            });
            Self { jobs, workers: set }
        }
    }
}

/// A handle that is aborted by hand, in a guard, when the asker leaves or the worker is dropped.
mod aborts_by_hand {
    struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

    impl<T> Drop for AbortOnDrop<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }

    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let mut call = AbortOnDrop(tokio::spawn(llm.complete(&question)));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                ended = &mut call.0 => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// The guard in a block of its own, and a list of handles that the pool aborts.
mod a_block_for_the_lock {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = {
                let mut queue = queue.lock().await;
                queue.recv().await
            };
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let mut call = JoinSet::new();
            call.spawn(llm.complete(&question));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                ended = call.join_next() => match ended.expect("one call is in the set") {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                },
            };
            let _ = asker.send(answer);
        }
    }
}
