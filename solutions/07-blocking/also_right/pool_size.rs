//! # Pool size: what else is right
//!
//! Each module holds only what differs from the solution, `../pool_size.rs`.

/// Also right: the semaphore's own count, given back by a guard of one's own.
mod a_guard_of_ones_own {
    struct Place(Arc<Semaphore>);

    impl Drop for Place {
        fn drop(&mut self) {
            self.0.add_permits(1);
        }
    }

    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            self.places.acquire().await.expect("nobody closes the semaphore").forget();
            let place = Place(self.places.clone());
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Also right: threads of one's own, which take the jobs from a queue and pass over those whose caller has gone.
mod threads_of_ones_own {
    use std::sync::{Mutex, mpsc};

    use tokio::sync::oneshot;

    type Job = Box<dyn FnOnce() + Send>;

    pub struct Exports {
        queue: mpsc::Sender<Job>,
    }

    impl Exports {
        pub fn new(at_most: usize) -> Self {
            let (queue, jobs) = mpsc::channel::<Job>();
            let jobs = Arc::new(Mutex::new(jobs));
            for _ in 0..at_most {
                let jobs = jobs.clone();
                std::thread::spawn(move || {
                    loop {
                        let next = jobs.lock().expect("nobody panics with this lock").recv();
                        let Ok(job) = next else { return };
                        job();
                    }
                });
            }
            Self { queue }
        }

        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let (answer, answers) = oneshot::channel();
            let job = move || {
                if !answer.is_closed() {
                    let value = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
                    let _ = answer.send(value.map_err(|_| Panicked));
                }
            };
            self.queue.send(Box::new(job)).expect("the threads are there");
            answers.await.expect("the thread answers")
        }
    }
}
