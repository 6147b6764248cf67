//! # Database: what else is right
//!
//! Each module holds only what differs from the solution, `../database.rs`.

/// Also right: a queue of the standard library without a limit, whose `send` never blocks.
mod a_standard_queue {
    use std::sync::mpsc::{Sender, channel};

    #[derive(Clone)]
    pub struct Database {
        work: Sender<Work>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, queue) = channel::<Work>();
            thread::Builder::new()
                .name("database".to_owned())
                .spawn(move || queue.into_iter().for_each(|work| work(&mut connection)))
                .expect("a thread can be started");
            Self { work }
        }
    }
}

/// Also right: a bounded queue, whose `send` is awaited: callers stand in line, in their order.
mod a_bounded_queue {
    #[derive(Clone)]
    pub struct Database {
        work: mpsc::Sender<Work>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::channel::<Work>(8);
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
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            self.work.send(work).await.ok().expect("the thread is there");
            match result.await.expect("the thread is there") {
                Ok(result) => result,
                Err(panic) => resume_unwind(panic),
            }
        }
    }
}

/// Also right: the thread catches the panic, and the caller finds that its way back is gone.
mod the_thread_catches {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            thread::spawn(move || {
                while let Some(work) = queue.blocking_recv() {
                    let _ = catch_unwind(AssertUnwindSafe(|| work(&mut connection)));
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

/// Also right: a small event loop of its own on the thread.
mod a_loop_on_the_thread {
    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let (work, mut queue) = mpsc::unbounded_channel::<Work>();
            thread::spawn(move || {
                futures::executor::block_on(async {
                    while let Some(work) = queue.recv().await {
                        work(&mut connection);
                    }
                });
            });
            Self { work }
        }
    }
}

/// Also right: a queue of one's own, with a condition variable, and a guard that is dropped with the last handle.
mod a_queue_by_hand {
    use std::{
        collections::VecDeque,
        sync::{Arc, Condvar, Mutex},
    };

    #[derive(Default)]
    struct Queue {
        work: VecDeque<Work>,
        is_closed: bool,
    }

    #[derive(Default)]
    struct Shared {
        queue: Mutex<Queue>,
        changed: Condvar,
    }

    struct Last(Arc<Shared>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.queue.lock().expect("nobody panics with this lock").is_closed = true;
            self.0.changed.notify_one();
        }
    }

    #[derive(Clone)]
    pub struct Database {
        last: Arc<Last>,
    }

    impl Database {
        pub fn new(mut connection: Connection) -> Self {
            let shared = Arc::new(Shared::default());
            let of_the_thread = shared.clone();
            thread::spawn(move || {
                while let Some(work) = next(&of_the_thread) {
                    work(&mut connection);
                }
            });
            Self { last: Arc::new(Last(shared)) }
        }

        pub async fn call<T: Send + 'static>(
            &self,
            work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> rusqlite::Result<T> {
            let (reply, result) = oneshot::channel();
            let work = Box::new(move |connection: &mut Connection| {
                let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(connection))));
            });
            let Last(shared) = &*self.last;
            shared.queue.lock().expect("nobody panics with this lock").work.push_back(work);
            shared.changed.notify_one();
            result.await.expect("the thread does all work").unwrap_or_else(|panic| resume_unwind(panic))
        }
    }

    fn next(shared: &Shared) -> Option<Work> {
        let mut queue = shared.queue.lock().expect("nobody panics with this lock");
        while queue.work.is_empty() && !queue.is_closed {
            queue = shared.changed.wait(queue).expect("nobody panics with this lock");
        }
        queue.work.pop_front()
    }
}
