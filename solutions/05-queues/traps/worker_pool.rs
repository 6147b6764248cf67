//! What people write for `worker_pool`, and what it is told.

/// Trap: the guard lives in the condition of the loop, through its body.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: A worker is free, and the
mod locked_while_it_works {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        while let Some((question, mut asker)) = queue.lock().await.recv().await {
            let mut call = JoinSet::new();
            call.spawn(llm.complete(&question));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                Some(ended) = call.join_next() => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: each question gets a task at once: no worker, and no limit.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: More questions are answered at the
mod a_task_for_each_question {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let llm = llm.clone();
            tokio::spawn(async move {
                let mut call = JoinSet::new();
                call.spawn(llm.complete(&question));
                tokio::select! {
                    () = asker.closed() => {}
                    Some(ended) = call.join_next() => {
                        let _ = asker.send(match ended {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                        });
                    }
                }
            });
        }
    }
}

/// Trap: the queue is made so large that `ask` never waits.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: `ask` waits while the queue is
mod an_endless_queue {
    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity + 10_000);
            let queue = Arc::new(Mutex::new(queue));
            let mut set = JoinSet::new();
            for _ in 0..workers {
                set.spawn(work(llm.clone(), Arc::clone(&queue)));
            }
            Self { jobs, workers: set }
        }
    }
}

/// Trap: `ask` does not wait: a task of its own hands the question in.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: `ask` waits while the queue is
mod asks_in_the_background {
    impl Pool {
        pub async fn ask(&self, question: &str) -> Answer {
            let (asker, answer) = oneshot::channel();
            let (jobs, question) = (self.jobs.clone(), question.to_owned());
            tokio::spawn(async move { jobs.send((question, asker)).await.is_ok() });
            answer
        }
    }
}

/// Trap: the call runs in the worker, and a panic ends both.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: The panic has unwound the worker
mod a_panic_ends_the_worker {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let answer = tokio::select! {
                () = asker.closed() => continue,
                answer = llm.complete(&question) => answer.map_err(Failed::Model),
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: the chapter's pool, renamed: it catches the panic, and throws its words away.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: Whoever asked wants to know why
mod the_chapters_pool {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let call = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(llm.complete(&question)));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                ended = call => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(_panic) => Err(Failed::Panicked(String::new())),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: the words are those of the `JoinError`, which names the task.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: Whoever asked wants to know why
mod the_error_of_the_task {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
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
                    Err(error) => Err(Failed::Panicked(error.to_string())),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: a panic drops the place for the answer: the asker hears of an error that nobody wrote.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: The panic has unwound the worker
mod dropped_place {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
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
                    Err(_) => continue,
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: who leaves is noticed before the call, and not while it runs.
/// Caught by: who_leaves_is_not_worked_for
/// Says: The worker goes on for somebody
mod looks_before_the_call {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let mut call = JoinSet::new();
            call.spawn(llm.complete(&question));
            let answer = match call.join_next().await.expect("one call is in the set") {
                Ok(answer) => answer.map_err(Failed::Model),
                Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: the call is a task that nobody aborts when the asker leaves.
/// Caught by: who_leaves_is_not_worked_for
/// Says: A call that runs on in
mod detached {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let call = tokio::spawn(llm.complete(&question));
            let answer = tokio::select! {
                () = asker.closed() => continue,
                ended = call => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                },
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: the call is polled before the asker is looked at: the question of somebody who has left is still asked.
/// Caught by: who_leaves_is_not_worked_for
/// Says: Nobody waits for the answer to
mod the_call_first {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            let call = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(llm.complete(&question)));
            let answer = tokio::select! {
                biased;
                ended = call => match ended {
                    Ok(answer) => answer.map_err(Failed::Model),
                    Err(error) => Err(Failed::Panicked(words(&*error))),
                },
                () = asker.closed() => continue,
            };
            let _ = asker.send(answer);
        }
    }
}

/// Trap: `shut_down` aborts: what was accepted is not answered.
/// Caught by: shut_down_waits_for_what_was_accepted
/// Says: What was accepted was promised. Drop
mod aborts_the_rest {
    impl Pool {
        pub async fn shut_down(mut self) {
            self.workers.shutdown().await;
        }
    }
}

/// Trap: `shut_down` waits until the first worker has ended.
/// Caught by: shut_down_waits_for_what_was_accepted
/// Says: What was accepted was promised. Drop
mod waits_for_one {
    impl Pool {
        pub async fn shut_down(self) {
            let Self { jobs, mut workers } = self;
            drop(jobs);
            workers.join_next().await;
            workers.detach_all();
        }
    }
}

/// Trap: `shut_down` waits for the workers, and keeps the sender that they wait for.
/// Caught by: shut_down_waits_for_what_was_accepted
/// Says: The workers end when the queue
mod keeps_its_own_sender {
    impl Pool {
        pub async fn shut_down(mut self) {
            while self.workers.join_next().await.is_some() {}
        }
    }
}

/// Trap: the workers are spawned and forgotten: a dropped pool goes on answering.
/// Caught by: a_dropped_pool_takes_its_tasks_along
/// Says: Who owns the workers ends them
mod detached_workers {
    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let mut set = JoinSet::new();
            for _ in 0..workers {
                let worker = tokio::spawn(work(llm.clone(), Arc::clone(&queue)));
                set.spawn(async move {
                    let _ = worker.await;
                });
            }
            Self { jobs, workers: set }
        }
    }
}

/// Trap: finished calls stay in a set for ever.
/// Caught by: nothing_is_kept
/// Says: A pool that lives for a
mod keeps_all_calls {
    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        let mut past: Vec<(String, tokio::task::AbortHandle)> = Vec::new();
        loop {
            // The guard lives to the end of this statement, and not of the loop's body.
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if asker.is_closed() {
                continue;
            }
            let mut call = JoinSet::new();
            past.push((question.clone(), call.spawn(llm.complete(&question))));
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

/// Trap: a payload is taken for a `String`, and `panic!` with a fixed text gives a `&str`.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: Whoever asked wants to know why
mod only_one_kind_of_words {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        tasks: JoinSet<()>,
    }

    fn words_of(panic: Box<dyn Any + Send>) -> String {
        match panic.downcast::<String>() {
            Ok(words) => *words,
            Err(_) => "unknown".to_owned(),
        }
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let mut tasks = JoinSet::new();
            for _ in 0..workers {
                let (llm, queue) = (llm.clone(), Arc::clone(&queue));
                tasks.spawn(async move {
                    loop {
                        let next = queue.lock().await.recv().await;
                        let Some((question, mut asker)) = next else { return };
                        if asker.is_closed() {
                            continue;
                        }
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! {
                            biased;
                            () = asker.closed() => continue,
                            answer = call => answer,
                        };
                        let _ = asker.send(match answer {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(panic) => Err(Failed::Panicked(words_of(panic))),
                        });
                    }
                });
            }
            Self { jobs, tasks }
        }

        /// Takes no more questions, and ends when all that were accepted are answered.
        pub async fn shut_down(self) {
            let Self { jobs, mut tasks } = self;
            drop(jobs);
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// Trap: a payload is taken for a `&str`, and `panic!` with a value in its text gives a `String`.
/// Caught by: a_panic_is_the_result_of_one_question
/// Says: Most panics that tell something are
mod only_the_other_kind {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        tasks: JoinSet<()>,
    }

    fn words_of(panic: Box<dyn Any + Send>) -> String {
        match panic.downcast::<String>() {
            Ok(_) => "unknown".to_owned(),
            Err(panic) => panic.downcast::<&str>().map_or_else(|_| "?".to_owned(), |w| (*w).to_owned()),
        }
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let mut tasks = JoinSet::new();
            for _ in 0..workers {
                let (llm, queue) = (llm.clone(), Arc::clone(&queue));
                tasks.spawn(async move {
                    loop {
                        let next = queue.lock().await.recv().await;
                        let Some((question, mut asker)) = next else { return };
                        if asker.is_closed() {
                            continue;
                        }
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! {
                            biased;
                            () = asker.closed() => continue,
                            answer = call => answer,
                        };
                        let _ = asker.send(match answer {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(panic) => Err(Failed::Panicked(words_of(panic))),
                        });
                    }
                });
            }
            Self { jobs, tasks }
        }

        /// Takes no more questions, and ends when all that were accepted are answered.
        pub async fn shut_down(self) {
            let Self { jobs, mut tasks } = self;
            drop(jobs);
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// Trap: `select!` looks at the asker or at the call first, by chance, and nobody looked before.
/// Caught by: who_leaves_is_not_worked_for
/// Says: The place for the answer was
mod by_luck {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        tasks: JoinSet<()>,
    }

    fn words_of(panic: Box<dyn Any + Send>) -> String {
        match panic.downcast::<String>() {
            Ok(words) => *words,
            Err(panic) => panic.downcast::<&str>().map_or_else(|_| "?".to_owned(), |w| (*w).to_owned()),
        }
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let mut tasks = JoinSet::new();
            for _ in 0..workers {
                let (llm, queue) = (llm.clone(), Arc::clone(&queue));
                tasks.spawn(async move {
                    loop {
                        let next = queue.lock().await.recv().await;
                        let Some((question, mut asker)) = next else { return };
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! {
                            () = asker.closed() => continue,
                            answer = call => answer,
                        };
                        let _ = asker.send(match answer {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(panic) => Err(Failed::Panicked(words_of(panic))),
                        });
                    }
                });
            }
            Self { jobs, tasks }
        }

        /// Takes no more questions, and ends when all that were accepted are answered.
        pub async fn shut_down(self) {
            let Self { jobs, mut tasks } = self;
            drop(jobs);
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// Trap: a dispatcher takes a question, and then waits for a free place: one more than the capacity waits.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: One more than `capacity` waits
mod a_dispatcher_with_one_in_the_hand {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        tasks: JoinSet<()>,
    }
    fn words_of(panic: Box<dyn Any + Send>) -> String {
        match panic.downcast::<String>() {
            Ok(words) => *words,
            Err(panic) => panic.downcast::<&str>().map_or_else(|_| "?".to_owned(), |w| (*w).to_owned()),
        }
    }
    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, mut queue) = mpsc::channel::<Job>(capacity);
            let llm = llm.clone();
            let mut tasks = JoinSet::new();
            tasks.spawn(async move {
                let places = Arc::new(tokio::sync::Semaphore::new(workers));
                let mut calls = JoinSet::new();
                while let Some((question, mut asker)) = queue.recv().await {
                    let place = places.clone().acquire_owned().await.unwrap();
                    let llm = llm.clone();
                    calls.spawn(async move {
                        let _place = place;
                        if asker.is_closed() {
                            return;
                        }
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! { biased; () = asker.closed() => return, a = call => a };
                        let _ = asker.send(match answer {
                            Ok(a) => a.map_err(Failed::Model),
                            Err(p) => Err(Failed::Panicked(words_of(p))),
                        });
                    });
                }
                while calls.join_next().await.is_some() {}
            });
            Self { jobs, tasks }
        }
        pub async fn shut_down(self) {
            let Self { jobs, mut tasks } = self;
            drop(jobs);
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// Trap: each worker has a queue of its own, and the questions go round.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: Where each worker has a queue of
mod a_queue_for_each_worker {
    use futures::FutureExt;
    use std::{any::Any, panic::AssertUnwindSafe};
    use tokio::task::{JoinHandle, JoinSet};
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: Vec<mpsc::Sender<Job>>,
        next: std::sync::atomic::AtomicUsize,
        tasks: JoinSet<()>,
    }

    fn words_of(panic: Box<dyn Any + Send>) -> String {
        match panic.downcast::<String>() {
            Ok(words) => *words,
            Err(panic) => panic.downcast::<&str>().map_or_else(|_| "?".to_owned(), |w| (*w).to_owned()),
        }
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let mut jobs = Vec::new();
            let mut tasks = JoinSet::new();
            for _ in 0..workers {
                let llm = llm.clone();
                let (sender, mut queue) = mpsc::channel::<Job>(capacity.div_ceil(workers));
                jobs.push(sender);
                tasks.spawn(async move {
                    loop {
                        let next = queue.recv().await;
                        let Some((question, mut asker)) = next else { return };
                        if asker.is_closed() {
                            continue;
                        }
                        let call = AssertUnwindSafe(llm.complete(&question)).catch_unwind();
                        let answer = tokio::select! {
                            biased;
                            () = asker.closed() => continue,
                            answer = call => answer,
                        };
                        let _ = asker.send(match answer {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(panic) => Err(Failed::Panicked(words_of(panic))),
                        });
                    }
                });
            }
            Self { jobs, next: Default::default(), tasks }
        }

        /// Waits for room, and hands the question in.
        pub async fn ask(&self, question: &str) -> Answer {
            let (asker, answer) = oneshot::channel();
            let _ = self.jobs[self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % self.jobs.len()]
                .send((question.to_owned(), asker))
                .await;
            answer
        }

        /// Takes no more questions, and ends when all that were accepted are answered.
        pub async fn shut_down(self) {
            let Self { jobs, mut tasks, .. } = self;
            drop(jobs);
            while tasks.join_next().await.is_some() {}
        }
    }
}

/// Trap: `shut_down` takes the handles out of the pool, and nobody aborts them where it is dropped while it waits.
/// Caught by: a_dropped_pool_takes_its_tasks_along
/// Says: has taken the workers out of the pool
mod shut_down_owns_nothing {
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: Option<mpsc::Sender<Job>>,
        workers: Vec<tokio::task::JoinHandle<()>>,
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let workers = (0..workers).map(|_| tokio::spawn(work(llm.clone(), Arc::clone(&queue)))).collect();
            Self { jobs: Some(jobs), workers }
        }

        pub async fn ask(&self, question: &str) -> Answer {
            let (asker, answer) = oneshot::channel();
            let _ = self.jobs.as_ref().expect("it is open").send((question.to_owned(), asker)).await;
            answer
        }

        pub async fn shut_down(mut self) {
            self.jobs = None;
            for worker in std::mem::take(&mut self.workers) {
                let _ = worker.await;
            }
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            self.workers.iter().for_each(|worker| worker.abort());
        }
    }
}

/// Trap: a question is counted before there is room for it, and `shut_down` waits for one that nobody has handed in.
/// Caught by: shut_down_waits_for_what_was_accepted
/// Says: count nothing before there is room
mod counted_before_there_is_room {
    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        jobs: mpsc::Sender<Job>,
        workers: JoinSet<()>,
        /// How many questions are not over.
        open: Arc<tokio::sync::watch::Sender<usize>>,
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (jobs, queue) = mpsc::channel::<Job>(capacity);
            let queue = Arc::new(Mutex::new(queue));
            let open = Arc::new(tokio::sync::watch::Sender::new(0));
            let mut set = JoinSet::new();
            for _ in 0..workers {
                set.spawn(work(llm.clone(), Arc::clone(&queue), Arc::clone(&open)));
            }
            Self { jobs, workers: set, open }
        }

        pub async fn ask(&self, question: &str) -> Answer {
            self.open.send_modify(|open| *open += 1);
            let (asker, answer) = oneshot::channel();
            let _ = self.jobs.send((question.to_owned(), asker)).await;
            answer
        }

        pub async fn shut_down(mut self) {
            let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
            self.workers.shutdown().await;
        }
    }

    async fn work(llm: MockLlm, queue: Arc<Mutex<mpsc::Receiver<Job>>>, open: Arc<tokio::sync::watch::Sender<usize>>) {
        loop {
            let job = queue.lock().await.recv().await;
            let Some((question, mut asker)) = job else { return };
            if !asker.is_closed() {
                let mut call = JoinSet::new();
                call.spawn(llm.complete(&question));
                tokio::select! {
                    () = asker.closed() => {}
                    ended = call.join_next() => {
                        let _ = asker.send(match ended.expect("one call is in the set") {
                            Ok(answer) => answer.map_err(Failed::Model),
                            Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                        });
                    }
                }
            }
            open.send_modify(|open| *open -= 1);
        }
    }
}

/// Trap: the questions are a stack: the newest is taken first.
/// Caught by: as_many_at_a_time_as_there_are_workers
/// Says: The newest question is taken first
mod the_newest_first {
    use std::sync::Mutex as StdMutex;
    use tokio::sync::Semaphore;

    #[derive(Debug)]
    struct Queue {
        waiting: StdMutex<Vec<Job>>,
        room: Semaphore,
        filled: Semaphore,
    }

    /// Workers that take questions from one queue.
    #[derive(Debug)]
    pub struct Pool {
        queue: Arc<Queue>,
        workers: JoinSet<()>,
    }

    impl Pool {
        pub fn start(llm: &MockLlm, workers: usize, capacity: usize) -> Self {
            let (room, filled) = (Semaphore::new(capacity), Semaphore::new(0));
            let queue = Arc::new(Queue { waiting: StdMutex::default(), room, filled });
            let workers = (0..workers).map(|_| work(llm.clone(), Arc::clone(&queue))).collect();
            Self { queue, workers }
        }

        pub async fn ask(&self, question: &str) -> Answer {
            let (asker, answer) = oneshot::channel();
            self.queue.room.acquire().await.expect("nobody closes it").forget();
            self.queue.waiting.lock().expect("nobody panics with this lock").push((question.to_owned(), asker));
            self.queue.filled.add_permits(1);
            answer
        }

        pub async fn shut_down(mut self) {
            self.queue.filled.close();
            while self.workers.join_next().await.is_some() {}
        }
    }

    async fn work(llm: MockLlm, queue: Arc<Queue>) {
        loop {
            if let Ok(permit) = queue.filled.acquire().await {
                permit.forget();
            }
            let job = queue.waiting.lock().expect("nobody panics with this lock").pop();
            let Some((question, mut asker)) = job else { return };
            queue.room.add_permits(1);
            if asker.is_closed() {
                continue;
            }
            let mut call = JoinSet::new();
            call.spawn(llm.complete(&question));
            tokio::select! {
                () = asker.closed() => {}
                ended = call.join_next() => {
                    let _ = asker.send(match ended.expect("one call is in the set") {
                        Ok(answer) => answer.map_err(Failed::Model),
                        Err(error) => Err(Failed::Panicked(words(&*error.into_panic()))),
                    });
                }
            }
        }
    }
}
