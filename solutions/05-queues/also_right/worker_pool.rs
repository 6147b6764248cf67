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

/// One task that drives as many calls as there are workers: `for_each_concurrent`.
mod one_task_for_all {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        task: Option<JoinHandle<()>>,
    }
    fn words_of(panic: Box<dyn Any + Send>) -> String {
        if let Some(w) = panic.downcast_ref::<&str>() {
            (*w).into()
        } else if let Some(w) = panic.downcast_ref::<String>() {
            w.clone()
        } else {
            "?".into()
        }
    }
    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            use futures::{StreamExt, stream};
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let llm = llm.clone();
            let task = tokio::spawn(async move {
                stream::unfold(queue, |mut queue| async move { Some((queue.recv().await?, queue)) })
                    .for_each_concurrent(workers, |(question, mut asker)| {
                        let llm = llm.clone();
                        async move {
                            if asker.is_closed() {
                                return;
                            }
                            let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                            let answer = tokio::select! { biased; () = asker.closed() => return, a = call => a };
                            let _ = asker.send(match answer {
                                Ok(a) => a.map_err(Failed::Model),
                                Err(p) => Err(Failed::Panicked(words_of(p))),
                            });
                        }
                    })
                    .await;
            });
            Self { jobs, task: Some(task) }
        }
        pub async fn shut_down(mut self) {
            self.jobs = mpsc::channel(1).0;
            if let Some(task) = self.task.as_mut() {
                let _ = task.await;
            }
        }
    }
    impl Drop for Pool {
        fn drop(&mut self) {
            if let Some(t) = self.task.take() {
                t.abort()
            }
        }
    }
}

/// A queue of one's own, with a semaphore for the room and one for what is in it.
mod two_semaphores {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    #[derive(Debug)]
    struct Shared {
        queue: std::sync::Mutex<std::collections::VecDeque<Job>>,
        room: tokio::sync::Semaphore,
        filled: tokio::sync::Semaphore,
    }
    #[derive(Debug)]
    pub struct Pool {
        shared: Arc<Shared>,
        workers: usize,
        tasks: JoinSet<()>,
    }
    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let shared = Arc::new(Shared {
                queue: Default::default(),
                room: tokio::sync::Semaphore::new(capacity),
                filled: tokio::sync::Semaphore::new(0),
            });
            let mut tasks = JoinSet::new();
            for _ in 0..workers {
                let (llm, shared) = (llm.clone(), shared.clone());
                tasks.spawn(async move {
                    loop {
                        shared.filled.acquire().await.unwrap().forget();
                        let Some((question, mut asker)) = shared.queue.lock().unwrap().pop_front() else { return };
                        shared.room.add_permits(1);
                        if asker.is_closed() {
                            continue;
                        }
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! { biased; () = asker.closed() => continue, a = call => a };
                        let _ = asker.send(match answer {
                            Ok(a) => a.map_err(Failed::Model),
                            Err(p) => Err(Failed::Panicked(match p.downcast::<String>() {
                                Ok(s) => *s,
                                Err(p) => p.downcast_ref::<&str>().unwrap_or(&"?").to_string(),
                            })),
                        });
                    }
                });
            }
            Self { shared, workers, tasks }
        }
        pub async fn ask(&self, question: &str) -> Answer {
            let (asker, answer) = oneshot::channel();
            self.shared.room.acquire().await.unwrap().forget();
            self.shared.queue.lock().unwrap().push_back((question.to_owned(), asker));
            self.shared.filled.add_permits(1);
            answer
        }
        pub async fn shut_down(mut self) {
            // an empty take tells a worker to go
            self.shared.filled.add_permits(self.workers);
            while self.tasks.join_next().await.is_some() {}
        }
    }
}
