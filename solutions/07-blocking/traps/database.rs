//! # Database: what people write
//!
//! Each module holds only what differs from the solution, `../database.rs`.

/// Trap: a lock round the connection, and the work on the thread of whoever calls.
/// Caught by: tokens_go_on_during_a_commit
/// Says: the event loop stands still
mod a_lock_on_the_loop {
    use std::sync::{Arc, Mutex};

    #[derive(Clone)]
    pub struct Database {
        connection: Arc<Mutex<Connection>>,
    }

    impl Database {
        pub fn new(connection: Connection) -> Self {
            Self { connection: Arc::new(Mutex::new(connection)) }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            work(&mut self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
        }
    }
}

/// Trap: a job on the pool for each call, and a lock round the connection.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: the pool is full of waiting
mod a_job_for_each_call {
    use std::sync::{Arc, Mutex};

    #[derive(Clone)]
    pub struct Database {
        connection: Arc<Mutex<Connection>>,
    }

    impl Database {
        pub fn new(connection: Connection) -> Self {
            Self { connection: Arc::new(Mutex::new(connection)) }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let connection = self.connection.clone();
            let job = tokio::task::spawn_blocking(move || {
                work(&mut connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
            });
            job.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
        }
    }
}

/// Trap: an actor, on a thread of the pool.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: for as long as the app runs
mod an_actor_on_the_pool {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            tokio::task::spawn_blocking(move || {
                while let Some(work) = queue.blocking_recv() {
                    work(&mut connection);
                }
            });
            Self { work }
        }
    }
}

/// Trap: an actor, as a task: the work blocks the event loop as before.
/// Caught by: tokens_go_on_during_a_commit
/// Says: Work that blocks belongs on the database's thread
mod an_actor_on_the_loop {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            tokio::spawn(async move {
                while let Some(work) = queue.recv().await {
                    work(&mut connection);
                }
            });
            Self { work }
        }
    }
}

/// Trap: the way back is a channel that blocks whoever waits at it.
/// Caught by: tokens_go_on_during_a_commit
/// Says: a `recv` that blocks
mod a_way_back_that_blocks {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = std::sync::mpsc::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            self.work.send(work).ok().expect("the thread is there");
            result.recv().expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Trap: a short queue of the standard library. Where it is full, `send` blocks the event loop.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: a queue that is full
mod a_queue_that_blocks {
    use std::sync::mpsc::{SyncSender, sync_channel};

    #[derive(Clone)]
    pub struct Database {
        work: SyncSender<Work>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, queue) = sync_channel::<Work>(32);
            thread::spawn(move || {
                for work in queue {
                    work(&mut connection);
                }
            });
            Self { work }
        }
    }
}

/// Trap: a panic of the work ends the thread.
/// Caught by: a_panic_reaches_its_caller_alone
/// Says: nobody has a database any more
mod a_panic_ends_the_thread {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(work(connection));
            });
            self.work.send(work).ok().expect("the thread is there");
            result.await.expect("the work does not panic")
        }
    }
}

/// Trap: a panic becomes an error of SQLite.
/// Caught by: a_panic_reaches_its_caller_alone
/// Says: A bug is no result
mod a_panic_is_an_error {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
                let _ = reply.send(result.unwrap_or(Err(rusqlite::Error::InvalidQuery)));
            });
            self.work.send(work).ok().expect("the thread is there");
            result.await.expect("the thread is there")
        }
    }
}

/// Trap: work for which nobody waits any more is left out, to save time.
/// Caught by: a_caller_that_leaves_leaves_its_work
/// Says: no reason to skip it
mod skips_the_work_of_who_has_left {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                if !reply.is_closed() {
                    let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
                }
            });
            self.work.send(work).ok().expect("the thread is there");
            result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Trap: a result that nobody takes is an error, and the thread ends with it.
/// Caught by: a_caller_that_leaves_leaves_its_work
/// Says: Where it is unwrapped
mod expects_a_caller {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
                assert!(reply.send(result).is_ok(), "the caller is there");
            });
            self.work.send(work).ok().expect("the thread is there");
            result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Trap: the thread has a handle of its own, to have more work done later.
/// Caught by: ends_with_the_last_handle
/// Says: who else has one
mod a_handle_to_itself {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            let database = Self { work };
            let myself = database.clone();
            thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    work(&mut connection);
                }
                drop(myself);
            });
            database
        }
    }
}

/// Trap: a thread for each call, and a lock round the connection: whoever comes first has it.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: 400 pieces of work on 400 threads
mod a_thread_for_each_call {
    use std::sync::{Arc, Mutex};

    #[derive(Clone)]
    pub struct Database {
        connection: Arc<Mutex<Connection>>,
    }

    impl Database {
        pub fn new(connection: Connection) -> Self {
            Self { connection: Arc::new(Mutex::new(connection)) }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let connection = self.connection.clone();
            thread::spawn(move || {
                let mut connection = connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(&mut connection))));
            });
            result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Trap: whether the result is there is asked again and again.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: asks again and again
mod asks_again_and_again {
    impl Database {
        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, mut result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            let _ = self.work.send(work);
            loop {
                match result.try_recv() {
                    Ok(result) => return result.unwrap_or_else(|panic| resume_unwind(panic)),
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                }
            }
        }
    }
}

/// Trap: the work is handed over when the call is made, and not when it is polled.
/// Caught by: one_thread_and_the_order_of_the_calls
/// Says: neither sooner nor later
mod handed_over_when_made {
    impl Database {
        pub fn call<T: Send + 'static, W: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static>(
            &self,
            work: W,
        ) -> impl Future<Output = rusqlite::Result<T>> + Send + use<T, W> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            let _ = self.work.send(work);
            async move { result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic)) }
        }
    }
}

/// Trap: a panic is caught round the loop of the thread, and once.
/// Caught by: a_panic_reaches_its_caller_alone
/// Says: after four panics
mod catches_one_panic {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            thread::spawn(move || {
                let mut works = || {
                    while let Some(work) = queue.blocking_recv() {
                        work(&mut connection);
                    }
                };
                if catch_unwind(AssertUnwindSafe(&mut works)).is_err() {
                    works();
                }
            });
            Self { work }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(work(connection));
            });
            let _ = self.work.send(work);
            result.await.expect("the work does not panic")
        }
    }
}

/// Trap: the last handle waits for the thread when it is dropped.
/// Caught by: the_last_handle_goes_before_the_work_is_done
/// Says: a `join()` of the thread when the last handle goes
mod the_last_handle_joins {
    use std::sync::Arc;

    struct Owner {
        work: Option<mpsc::UnboundedSender<Work>>,
        thread: Option<thread::JoinHandle<()>>,
    }

    impl Drop for Owner {
        fn drop(&mut self) {
            self.work = None;
            let _ = self.thread.take().map(thread::JoinHandle::join);
        }
    }

    #[derive(Clone)]
    pub struct Database {
        owner: Arc<Owner>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            let thread = thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    work(&mut connection);
                }
            });
            Self { owner: Arc::new(Owner { work: Some(work), thread: Some(thread) }) }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            let _ = self.owner.work.as_ref().expect("it is there up to the drop").send(work);
            result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}

/// Trap: the last handle tells the thread to end, and what is in the queue is left undone.
/// Caught by: the_last_handle_goes_before_the_work_is_done
/// Says: what was handed over before is done all the same
mod ends_at_once {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    struct Last(Arc<AtomicBool>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }

    #[derive(Clone)]
    pub struct Database {
        work: mpsc::UnboundedSender<Work>,
        last: Arc<Last>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            let ends = Arc::new(AtomicBool::new(false));
            let last = Arc::new(Last(ends.clone()));
            thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    if ends.load(Ordering::Acquire) {
                        return;
                    }
                    work(&mut connection);
                }
            });
            Self { work, last }
        }
    }
}

/// Trap: after a panic, the connection counts as broken, and a new one is opened: in memory, it is empty.
/// Caught by: a_panic_reaches_its_caller_alone
/// Says: the next work has another connection
mod a_new_connection_after_a_panic {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    if catch_unwind(AssertUnwindSafe(|| work(&mut connection))).is_err() {
                        connection = Connection::open_in_memory().expect("memory is there");
                    }
                }
            });
            Self { work }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| drop(reply.send(work(connection))));
            self.work.send(work).ok().expect("the thread is there");
            result.await.expect("the work does not panic")
        }
    }
}

/// Trap: a task brings the work to the queue, so that a full queue keeps no caller. Up to its turn the work is nowhere.
/// Caught by: the_last_handle_goes_before_the_work_is_done
/// Says: A task that is spawned to bring it
mod a_task_brings_it {
    #[derive(Clone)]
    pub struct Database {
        work: mpsc::Sender<Work>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::channel::<Work>(16);
            thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    work(&mut connection);
                }
            });
            Self { work }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work: Work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            let queue = self.work.clone();
            tokio::spawn(async move { queue.send(work).await.is_ok() });
            result.await.expect("the thread is there").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }
}
