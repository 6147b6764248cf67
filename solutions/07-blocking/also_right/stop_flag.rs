//! # Stop flag: what else is right
//!
//! Each module holds only what differs from the solution, `../stop_flag.rs`.

/// Also right: the work goes on while somebody holds the `Arc`.
/// Without: impl Drop for Indexing
mod a_weak_pointer {
    pub struct Indexing {
        wanted: Arc<()>,
        embedded: oneshot::Receiver<usize>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let wanted = Arc::new(());
            let is_wanted = Arc::downgrade(&wanted);
            let (report, embedded) = oneshot::channel();
            thread::spawn(move || {
                let mut count = 0;
                while is_wanted.strong_count() > 0
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { wanted, embedded }
        }

        pub async fn stop(self) -> usize {
            let Self { wanted, embedded } = self;
            drop(wanted);
            embedded.await.expect("the SDK does not panic")
        }
    }
}

/// Also right: two channels. The sender of the one is dropped, which the thread sees when it asks.
/// Without: impl Drop for Indexing
mod a_channel_that_closes {
    use std::sync::mpsc::{Sender, TryRecvError, channel};

    pub struct Indexing {
        going: Sender<()>,
        embedded: oneshot::Receiver<usize>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let (going, goes_on) = channel();
            let (report, embedded) = oneshot::channel();
            thread::spawn(move || {
                let mut count = 0;
                while goes_on.try_recv() == Err(TryRecvError::Empty)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let _ = report.send(count);
            });
            Self { going, embedded }
        }

        pub async fn stop(self) -> usize {
            drop(self.going);
            self.embedded.await.expect("the SDK does not panic")
        }
    }
}

/// Also right: a guard inside sets the flag when it is dropped, and the count is in a `watch`.
/// Without: impl Drop for Indexing
mod a_guard_and_a_watch {
    use tokio::sync::watch;

    struct SetOnDrop(Arc<AtomicBool>);

    impl Drop for SetOnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    pub struct Indexing {
        guard: SetOnDrop,
        count: watch::Receiver<usize>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let flag = Arc::new(AtomicBool::new(false));
            let (told, count) = watch::channel(0);
            let guard = SetOnDrop(flag.clone());
            thread::Builder::new()
                .name("indexing".to_owned())
                .spawn(move || {
                    while !flag.load(Ordering::SeqCst) {
                        let Some(document) = documents.next() else { break };
                        embed(document);
                        told.send_modify(|count| *count += 1);
                    }
                })
                .expect("a thread can be started");
            Self { guard, count }
        }

        pub async fn stop(self) -> usize {
            let Self { guard, mut count } = self;
            drop(guard);
            while count.changed().await.is_ok() {}
            let count = *count.borrow();
            count
        }
    }
}

/// Also right: a `for` loop that looks at the flag when it has the next document, and leaves it.
mod a_for_loop {
    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let (report, embedded) = oneshot::channel();
            let flag = stopped.clone();
            thread::spawn(move || {
                let mut count = 0;
                for document in documents {
                    if flag.load(Ordering::Acquire) {
                        break;
                    }
                    embed(document);
                    count += 1;
                }
                report.send(count).ok();
            });
            Self { stopped, embedded }
        }
    }
}

/// Also right: a future made by hand, over a state that both sides lock for an instant.
mod by_hand {
    use std::{
        pin::Pin,
        sync::Mutex,
        task::{Context, Poll, Waker},
    };

    #[derive(Default)]
    struct State {
        stopped: bool,
        embedded: Option<usize>,
        waker: Option<Waker>,
    }

    pub struct Indexing {
        state: Arc<Mutex<State>>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let state = Arc::new(Mutex::new(State::default()));
            let at_work = state.clone();
            thread::spawn(move || {
                let lock = || at_work.lock().expect("nobody panics with it");
                let mut count = 0;
                while !lock().stopped
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                let mut state = lock();
                state.embedded = Some(count);
                if let Some(waker) = state.waker.take() {
                    waker.wake();
                }
            });
            Self { state }
        }

        pub fn stop(self) -> Stop {
            self.state.lock().expect("nobody panics with it").stopped = true;
            Stop(self)
        }
    }

    pub struct Stop(Indexing);

    impl Future for Stop {
        type Output = usize;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
            let mut state = self.0.state.lock().expect("nobody panics with it");
            state.waker = Some(cx.waker().clone());
            state.embedded.map_or(Poll::Pending, Poll::Ready)
        }
    }

    impl Drop for Indexing {
        fn drop(&mut self) {
            self.state.lock().expect("nobody panics with it").stopped = true;
        }
    }
}

/// Also right: the pool of a runtime that is never dropped. Nobody waits for its jobs.
mod the_pool_of_another_runtime {
    use std::sync::OnceLock;

    use tokio::{
        runtime::{Builder, Runtime},
        task::JoinHandle,
    };

    static INDEXER: OnceLock<Runtime> = OnceLock::new();

    pub struct Indexing {
        stopped: Arc<AtomicBool>,
        embedded: JoinHandle<usize>,
    }

    impl Indexing {
        pub fn start(mut documents: Documents, mut embed: Embed) -> Self {
            let stopped = Arc::new(AtomicBool::new(false));
            let flag = stopped.clone();
            let indexer = INDEXER.get_or_init(|| Builder::new_current_thread().build().expect("it needs nothing"));
            let embedded = indexer.spawn_blocking(move || {
                let mut count = 0;
                while !flag.load(Ordering::Relaxed)
                    && let Some(document) = documents.next()
                {
                    embed(document);
                    count += 1;
                }
                count
            });
            Self { stopped, embedded }
        }
    }
}

/// Also right: a state in a `watch`. Whether it is to end is decided under the lock with which a document becomes the one in
/// work, so `stop` need not wait for a fetch.
mod a_state_that_is_watched {
    use tokio::sync::watch;

    #[derive(Default)]
    struct State {
        stopped: bool,
        in_work: bool,
        embedded: usize,
    }

    pub struct Indexing {
        state: Arc<watch::Sender<State>>,
    }

    impl Indexing {
        pub fn start(documents: Documents, mut embed: Embed) -> Self {
            let state = Arc::new(watch::Sender::new(State::default()));
            let work = state.clone();
            thread::spawn(move || {
                for document in documents {
                    let begins = work.send_if_modified(|state| {
                        state.in_work = !state.stopped;
                        state.in_work
                    });
                    if !begins {
                        return;
                    }
                    embed(document);
                    let mut stopped = false;
                    work.send_modify(|state| {
                        state.in_work = false;
                        state.embedded += 1;
                        stopped = state.stopped;
                    });
                    if stopped {
                        return;
                    }
                }
            });
            Self { state }
        }

        pub async fn stop(self) -> usize {
            self.state.send_modify(|state| state.stopped = true);
            let mut seen = self.state.subscribe();
            let state = seen.wait_for(|state| !state.in_work).await.expect("the sender is here");
            state.embedded
        }
    }

    impl Drop for Indexing {
        fn drop(&mut self) {
            self.state.send_modify(|state| state.stopped = true);
        }
    }
}
