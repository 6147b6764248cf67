//! # Pool size: what people write
//!
//! Each module holds only what differs from the solution, `../pool_size.rs`.

/// Trap: the pool has a limit of its own: that must be enough.
/// Caught by: leaves_room_for_others
/// Says: a lookup waits behind fifty of them
mod no_limit {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            spawn_blocking(job).await.map_err(|_| Panicked)
        }
    }
}

/// Trap: the permit stays in the async function, and goes with the caller.
/// Caught by: a_running_job_keeps_its_place
/// Says: The permit was dropped with the future of the caller
mod permit_in_the_function {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let _place = self.places.acquire().await.expect("nobody closes the semaphore");
            spawn_blocking(job).await.map_err(|_| Panicked)
        }
    }
}

/// Trap: `let _` drops the permit at once.
/// Caught by: leaves_room_for_others
/// Says: `spawn_blocking` never says no
mod let_underscore {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let _ = self.places.acquire().await;
            spawn_blocking(job).await.map_err(|_| Panicked)
        }
    }
}

/// Trap: the permit is waited for on the pool, by a thread.
/// Caught by: leaves_room_for_others
/// Says: The limit comes before the pool
mod waits_on_the_pool {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let places = self.places.clone();
            let event_loop = tokio::runtime::Handle::current();
            let on_the_pool = spawn_blocking(move || {
                let _place = event_loop.block_on(places.acquire());
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: a task waits for the place, and does not hear that its caller has gone.
/// Caught by: who_gives_up_waiting_runs_nothing
/// Says: The job was handed on before it had a place
mod a_task_waits {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let places = self.places.clone();
            let task = tokio::spawn(async move {
                let place = places.acquire_owned().await.expect("nobody closes the semaphore");
                let on_the_pool = spawn_blocking(move || {
                    let _place = place;
                    job()
                });
                on_the_pool.await.map_err(|_| Panicked)
            });
            task.await.expect("the task does not panic")
        }
    }
}

/// Trap: a line after the job gives the place back, and a panic passes it by.
/// Caught by: a_panic_gives_its_place_back
/// Says: a line after the job does not
mod given_back_by_a_line {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let places = self.places.clone();
            self.places.acquire().await.expect("nobody closes the semaphore").forget();
            let on_the_pool = spawn_blocking(move || {
                let value = job();
                places.add_permits(1);
                value
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: one at a time, by a lock.
/// Caught by: leaves_room_for_others
/// Says: fewer jobs run than may
mod one_at_a_time {
    use tokio::sync::Mutex;

    pub struct Exports {
        alone: Arc<Mutex<()>>,
    }

    impl Exports {
        pub fn new(_at_most: usize) -> Self {
            Self { alone: Arc::default() }
        }

        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let alone = self.alone.clone().lock_owned().await;
            let on_the_pool = spawn_blocking(move || {
                let _alone = alone;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: the job runs in the async function, under its permit.
/// Caught by: leaves_room_for_others
/// Says: The job runs on the thread of the event loop
mod on_the_event_loop {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let _place = self.places.acquire().await.expect("nobody closes the semaphore");
            Ok(job())
        }
    }
}

/// Trap: a constant for the size of the pool, which another runtime does not have.
/// Caught by: leaves_room_for_others
/// Says: the jobs have taken all threads of the pool
mod a_constant {
    impl Exports {
        pub fn new(_at_most: usize) -> Self {
            Self { places: Arc::new(Semaphore::new(8)) }
        }
    }
}

/// Trap: the panic of the job goes on in its caller.
/// Caught by: a_panic_gives_its_place_back
/// Says: a panic
mod throws_the_panic_again {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = self.places.clone().acquire_owned().await.expect("nobody closes the semaphore");
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            Ok(on_the_pool.await.expect("jobs do not panic"))
        }
    }
}

/// Trap: the handle is asked again and again whether the job is done.
/// Caught by: leaves_room_for_others
/// Says: asks again and again
mod asks_again_and_again {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = self.places.clone().acquire_owned().await.expect("nobody closes the semaphore");
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            while !on_the_pool.is_finished() {
                tokio::task::yield_now().await;
            }
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: a counter, and a `Notify` for whoever waits. A newcomer takes the place before the one who was woken.
/// Caught by: a_free_place_goes_to_the_first
/// Says: let whoever looks first have it
mod a_counter_and_a_notify {
    use std::sync::Mutex;

    use tokio::sync::Notify;

    pub struct Exports {
        places: Arc<Places>,
    }

    struct Places {
        free: Mutex<usize>,
        given_back: Notify,
    }

    struct Place(Arc<Places>);

    impl Drop for Place {
        fn drop(&mut self) {
            *self.0.free.lock().expect("nobody panics with it") += 1;
            self.0.given_back.notify_one();
        }
    }

    impl Places {
        fn take(&self) -> bool {
            let mut free = self.free.lock().expect("nobody panics with it");
            let left = free.checked_sub(1);
            *free = left.unwrap_or(0);
            left.is_some()
        }
    }

    impl Exports {
        pub fn new(at_most: usize) -> Self {
            Self { places: Arc::new(Places { free: Mutex::new(at_most), given_back: Notify::new() }) }
        }

        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            while !self.places.take() {
                self.places.given_back.notified().await;
            }
            let place = Place(self.places.clone());
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: a queue of one's own. A caller who was given its place, and goes before it takes it, takes it along.
/// Caught by: a_free_place_goes_to_the_first
/// Says: have been given its place already
mod a_place_that_goes_along {
    use std::{collections::VecDeque, sync::Mutex};

    use tokio::sync::oneshot;

    pub struct Exports {
        queue: Arc<Mutex<Queue>>,
    }

    struct Queue {
        free: usize,
        waiting: VecDeque<oneshot::Sender<()>>,
    }

    struct Place(Arc<Mutex<Queue>>);

    impl Drop for Place {
        fn drop(&mut self) {
            let mut queue = self.0.lock().expect("nobody panics with it");
            while let Some(next) = queue.waiting.pop_front() {
                if next.send(()).is_ok() {
                    return;
                }
            }
            queue.free += 1;
        }
    }

    impl Exports {
        pub fn new(at_most: usize) -> Self {
            Self { queue: Arc::new(Mutex::new(Queue { free: at_most, waiting: VecDeque::new() })) }
        }

        fn stand_in_line(&self) -> Option<oneshot::Receiver<()>> {
            let mut queue = self.queue.lock().expect("nobody panics with it");
            if queue.free > 0 {
                queue.free -= 1;
                return None;
            }
            let (call, called) = oneshot::channel();
            queue.waiting.push_back(call);
            Some(called)
        }

        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            if let Some(called) = self.stand_in_line() {
                called.await.expect("the queue is there");
            }
            let place = Place(self.queue.clone());
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: it sleeps a little, and looks whether a place is free.
/// Caught by: leaves_room_for_others
/// Says: Who sleeps and looks is late
mod sleeps_and_looks {
    use std::time::Duration;

    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = loop {
                match self.places.clone().try_acquire_owned() {
                    Ok(place) => break place,
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            };
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: the wait for a place holds the thread of the event loop.
/// Caught by: leaves_room_for_others
/// Says: held by somebody who waits for a place
mod waits_on_the_loop {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = futures::executor::block_on(self.places.clone().acquire_owned());
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: eight are enough for everybody.
/// Caught by: leaves_room_for_others
/// Says: fewer jobs run than may
mod eight_are_enough {
    impl Exports {
        pub fn new(at_most: usize) -> Self {
            Self { places: Arc::new(Semaphore::new(at_most.min(8))) }
        }
    }
}

/// Trap: the wait for a place is given up after ten milliseconds, and begun again at the end of the line.
/// Caught by: leaves_room_for_others
/// Says: or a wait with a limit that is begun anew
mod stands_in_line_again_and_again {
    use std::time::Duration;

    use tokio::time::timeout;

    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = loop {
                let place = self.places.clone().acquire_owned();
                if let Ok(place) = timeout(Duration::from_millis(10), place).await {
                    break place.expect("nobody closes the semaphore");
                }
            };
            let on_the_pool = spawn_blocking(move || {
                let _place = place;
                job()
            });
            on_the_pool.await.map_err(|_| Panicked)
        }
    }
}

/// Trap: the permit comes back with the value of the job, and is free when the caller looks.
/// Caught by: a_place_is_free_when_its_job_has_ended
/// Says: is dropped when the caller is polled again
mod permit_beside_the_value {
    impl Exports {
        pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
            let place = self.places.clone().acquire_owned().await.expect("nobody closes the semaphore");
            let (value, _place) = spawn_blocking(move || (job(), place)).await.map_err(|_| Panicked)?;
            Ok(value)
        }
    }
}
