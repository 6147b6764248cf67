//! # Stop flag: what people write
//!
//! Each module holds only what differs from the solution, `../stop_flag.rs`.

/// Trap: a job on the pool has an `abort`, and that is believed to end it.
/// Caught by: stops_after_the_document_in_work
/// Says: After `stop` the work went on
/// Without: impl Drop for Indexing
mod abort {
    use tokio::task::{JoinHandle, spawn_blocking};

    pub struct Indexing {
        job: JoinHandle<usize>,
    }

    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let job = spawn_blocking(move || documents.map(|document| embed(document)).count());
            Self { job }
        }

        pub async fn stop(self) -> usize {
            self.job.abort();
            self.job.await.unwrap_or(0)
        }
    }
}

/// Trap: the flag and the pool: all is right, but the app does not exit.
/// Caught by: the_runtime_goes_while_a_call_hangs
/// Says: does not belong on the pool
mod on_the_pool {
    use tokio::task::spawn_blocking;

    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            spawn_blocking(move || {
                let mut count = 0;
                let mut documents = documents;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: `stop` joins the thread, and holds the event loop meanwhile.
/// Caught by: stops_after_the_document_in_work
/// Says: holds the event loop's thread meanwhile
mod joins_on_the_loop {
    use std::thread::JoinHandle;

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        thread: Option<JoinHandle<usize>>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let flag = stopped.clone();
            let work = move || {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                count
            };
            Self { stopped, thread: Some(thread::spawn(work)) }
        }

        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            self.thread.take().expect("it is joined once").join().expect("the SDK does not panic")
        }
    }
}

/// Trap: `stop` looks every millisecond whether the thread has ended.
/// Caught by: stop_waits_without_looking
/// Says: A loop that sleeps and looks
mod looks_every_millisecond {
    use std::{thread::JoinHandle, time::Duration};

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        thread: Option<JoinHandle<usize>>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let flag = stopped.clone();
            let work = move || {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                count
            };
            Self { stopped, thread: Some(thread::spawn(work)) }
        }

        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            let thread = self.thread.take().expect("it is joined once");
            while !thread.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            thread.join().expect("the SDK does not panic")
        }
    }
}

/// Trap: the join is moved to the pool: now the pool waits for a call that may never end.
/// Caught by: the_runtime_goes_while_a_call_hangs
/// Says: dropping the runtime to return
mod joins_on_the_pool {
    use std::thread::JoinHandle;

    use tokio::task::spawn_blocking;

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        thread: Option<JoinHandle<usize>>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let flag = stopped.clone();
            let work = move || {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                count
            };
            Self { stopped, thread: Some(thread::spawn(work)) }
        }

        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            let thread = self.thread.take().expect("it is joined once");
            let joined = spawn_blocking(move || thread.join().expect("the SDK does not panic"));
            joined.await.expect("a join does not panic")
        }
    }
}

/// Trap: the flag goes up, and nobody waits.
/// Caught by: stops_after_the_document_in_work
/// Says: somebody does
mod does_not_wait {
    impl Indexing {
        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            self.embedded.try_recv().unwrap_or(0)
        }
    }
}

/// Trap: a handle that is dropped is believed to stop the work.
/// Caught by: a_drop_stops_it_too
/// Says: which is what `Drop` is for
/// Without: impl Drop for Indexing
mod a_dropped_handle_stops_nothing {
    impl Indexing {
        pub async fn stop(self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            self.embedded.await.expect("the SDK does not panic")
        }
    }
}

/// Trap: the next document is taken first, and then the flag is looked at: one more is embedded than was wanted.
/// Caught by: stops_after_the_document_in_work
/// Says: before *each* document
mod one_document_more {
    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                let mut last = false;
                for document in documents {
                    embed(document);
                    count += 1;
                    if last {
                        break;
                    }
                    last = flag.load(Ordering::Relaxed);
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: all documents are fetched first, to know how many there are.
/// Caught by: stops_after_the_document_in_work
/// Says: whoever fetches them all
mod collects_first {
    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                let documents: Vec<String> = documents.collect();
                for document in documents {
                    if flag.load(Ordering::Relaxed) {
                        break;
                    }
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: a task of the runtime looks at the flag after each document, and embeds on the event loop.
/// Caught by: stops_after_the_document_in_work
/// Says: holds the thread of the event loop
mod a_task {
    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            tokio::spawn(async move {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                    tokio::task::yield_now().await;
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: the channel is closed when the user goes, and nobody looks at that.
/// Caught by: a_drop_stops_it_too
/// Says: The user has gone, and the work went on
mod closes_what_nobody_looks_at {
    impl Drop for Indexing {
        fn drop(&mut self) {
            self.embedded.close();
        }
    }
}
