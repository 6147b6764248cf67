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

/// Trap: one flag for the program, in a `static`.
/// Caught by: two_at_the_same_time
/// Says: one for all of them
mod a_static_flag {
    static STOPPED: AtomicBool = AtomicBool::new(false);

    pub struct Indexing {
        embedded: oneshot::Receiver<usize>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            STOPPED.store(false, Ordering::Relaxed);
            let (report, embedded) = oneshot::channel();
            thread::spawn(move || {
                let mut count = 0;
                while !STOPPED.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { embedded }
        }

        pub async fn stop(mut self) -> usize {
            STOPPED.store(true, Ordering::Relaxed);
            (&mut self.embedded).await.expect("the SDK does not panic")
        }
    }

    impl Drop for Indexing {
        fn drop(&mut self) {
            STOPPED.store(true, Ordering::Relaxed);
        }
    }
}

/// Trap: the next document is fetched while there is time, and the first one in `start`.
/// Caught by: fetches_each_when_its_turn_comes
/// Says: `start` does not return at once
mod fetches_in_start {
    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            let mut next = documents.next();
            thread::spawn(move || {
                let mut count = 0;
                while let Some(document) = next {
                    if flag.load(Ordering::Relaxed) {
                        break;
                    }
                    embed(document);
                    count += 1;
                    next = documents.next();
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: `documents` is fetched in heaps of a hundred.
/// Caught by: fetches_each_when_its_turn_comes
/// Says: before its turn
mod fetches_a_heap {
    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                loop {
                    let heap: Vec<String> = documents.by_ref().take(100).collect();
                    if heap.is_empty() {
                        break;
                    }
                    for document in heap {
                        if !flag.load(Ordering::Relaxed) {
                            embed(document);
                            count += 1;
                        }
                    }
                    if flag.load(Ordering::Relaxed) {
                        break;
                    }
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: a task fetches the documents, and a thread embeds each of them.
/// Caught by: without_a_stop_all_are_embedded
/// Says: goes on only when the loop does
mod a_task_that_fetches {
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
                    let (reply, back) = oneshot::channel();
                    thread::spawn(move || {
                        embed(document);
                        let _ = reply.send(embed);
                    });
                    embed = back.await.unwrap_or_else(|_| panic!("the SDK does not panic"));
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: `Drop` waits for the thread, as a tidy program does.
/// Caught by: a_drop_stops_it_too
/// Says: A `join` in a `Drop`
mod drop_joins {
    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        embedded: oneshot::Receiver<usize>,
        thread: Option<thread::JoinHandle<()>>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            let thread = thread::spawn(move || {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded, thread: Some(thread) }
        }
    }

    impl Drop for Indexing {
        fn drop(&mut self) {
            self.stopped.store(true, Ordering::Relaxed);
            let _ = self.thread.take().expect("it is joined once").join();
        }
    }
}

/// Trap: the end is told to those who wait for it already.
/// Caught by: without_a_stop_all_are_embedded
/// Says: wakes only those who wait already
mod word_is_not_kept {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        count: Arc<AtomicUsize>,
        ended: Arc<Notify>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let (stopped, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
            let ended = Arc::new(Notify::new());
            let (flag, counts, end) = (stopped.clone(), count.clone(), ended.clone());
            thread::spawn(move || {
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    counts.fetch_add(1, Ordering::Relaxed);
                }
                drop(documents);
                end.notify_waiters();
            });
            Self { stopped, count, ended }
        }

        pub async fn stop(self) -> usize {
            let ended = self.ended.notified();
            self.stopped.store(true, Ordering::Relaxed);
            ended.await;
            self.count.load(Ordering::Relaxed)
        }
    }
}

/// Trap: each document is reported on a channel with room for a hundred, and `stop` is the first who reads.
/// Caught by: without_a_stop_all_are_embedded
/// Says: full after so many documents
mod reports_that_nobody_reads {
    use tokio::sync::mpsc;

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        reports: mpsc::Receiver<()>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, reports) = mpsc::channel(100);
            let flag = stopped.clone();
            thread::spawn(move || {
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    if report.blocking_send(()).is_err() {
                        break;
                    }
                }
            });
            Self { stopped, reports }
        }

        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            let mut count = 0;
            while self.reports.recv().await.is_some() {
                count += 1;
            }
            count
        }
    }
}

/// Trap: the count is sent where the flag is seen, and not where the documents end.
/// Caught by: without_a_stop_all_are_embedded
/// Says: where nothing was left to stop
mod reports_only_when_stopped {
    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                for document in documents {
                    if flag.load(Ordering::Relaxed) {
                        let _ = report.send(count);
                        return;
                    }
                    embed(document);
                    count += 1;
                }
            });
            Self { stopped, embedded }
        }

        pub async fn stop(mut self) -> usize {
            self.stopped.store(true, Ordering::Relaxed);
            (&mut self.embedded).await.unwrap_or(0)
        }
    }
}

/// Trap: `stop` is told when its future is polled, and a future that is dropped before that tells nobody.
/// Caught by: a_drop_stops_it_too
/// Says: which is what `Drop` is for
mod deaf_until_it_is_polled {
    impl Indexing {
        pub fn stop(self) -> impl Future<Output = usize> {
            // So that the flag goes up when the user wants it, and not when `self` goes.
            let mut this = std::mem::ManuallyDrop::new(self);
            async move {
                this.stopped.store(true, Ordering::Relaxed);
                (&mut this.embedded).await.expect("the SDK does not panic")
            }
        }
    }
}

/// Trap: a document counts before it is clear that it will be embedded.
/// Caught by: stops_while_a_document_is_fetched
/// Says: the number says which
mod counts_what_was_fetched {
    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                for document in documents {
                    count += 1;
                    if flag.load(Ordering::Relaxed) {
                        break;
                    }
                    embed(document);
                    if flag.load(Ordering::Relaxed) {
                        break;
                    }
                }
                let _ = report.send(count);
            });
            Self { stopped, embedded }
        }
    }
}

/// Trap: `stop` waits for a document in work, and takes it that there is none while the next one is fetched.
/// Caught by: stops_while_a_document_is_fetched
/// Says: one more document was embedded
mod a_fetch_is_no_work {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    #[derive(Default)]
    struct Shared {
        stopped: AtomicBool,
        in_work: AtomicBool,
        embedded: AtomicUsize,
        idle: Notify,
    }

    pub struct Indexing {
        shared: Arc<Shared>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let shared = Arc::<Shared>::default();
            let work = shared.clone();
            thread::spawn(move || {
                while !work.stopped.load(Ordering::SeqCst)
                    && let Some(document) = documents.next()
                {
                    work.in_work.store(true, Ordering::SeqCst);
                    embed(document);
                    work.embedded.fetch_add(1, Ordering::SeqCst);
                    work.in_work.store(false, Ordering::SeqCst);
                    work.idle.notify_one();
                }
            });
            Self { shared }
        }

        pub async fn stop(self) -> usize {
            self.shared.stopped.store(true, Ordering::SeqCst);
            while self.shared.in_work.load(Ordering::SeqCst) {
                self.shared.idle.notified().await;
            }
            self.shared.embedded.load(Ordering::SeqCst)
        }
    }

    impl Drop for Indexing {
        fn drop(&mut self) {
            self.shared.stopped.store(true, Ordering::SeqCst);
        }
    }
}
