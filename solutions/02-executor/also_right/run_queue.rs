//! # Run queue: what else is right
//!
//! Each module holds only what differs from the solution, `../run_queue.rs`.

/// Also right: a mark in the waker says that the task stands in the queue. It is cleared before the poll.
mod a_mark_in_the_waker {
    use std::{sync::atomic::AtomicBool, sync::atomic::Ordering};

    struct TaskWaker {
        id: TaskId,
        queue: Queue,
        queued: AtomicBool,
    }

    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            if !self.queued.swap(true, Ordering::AcqRel) {
                self.queue.lock().expect("nobody panics with this lock").push_back(self.id);
            }
        }
    }

    struct Task {
        future: Pin<Box<dyn Future<Output = ()>>>,
        waker: Waker,
        shared: Arc<TaskWaker>,
    }

    impl Executor {
        fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
            let id = self.spawned;
            self.spawned += 1;
            let shared = Arc::new(TaskWaker { id, queue: self.queue.clone(), queued: AtomicBool::new(true) });
            let waker = Waker::from(shared.clone());
            self.tasks.insert(id, Task { future: Box::pin(future), waker, shared });
            self.queue.lock().expect("nobody panics with this lock").push_back(id);
        }

        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                task.shared.queued.store(false, Ordering::Release);
                let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
                if poll.is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}

/// Also right: rounds. Each has as many turns as there are ids in the queue when it begins, and takes them out one by one.
mod rounds {
    impl Executor {
        fn run(&mut self) {
            loop {
                let turns = self.queue.lock().expect("nobody panics with this lock").len();
                if turns == 0 {
                    return;
                }
                for _ in 0..turns {
                    let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                    let Some(mut task) = next.and_then(|id| self.tasks.remove_entry(&id)) else { continue };
                    let poll = task.1.future.as_mut().poll(&mut Context::from_waker(&task.1.waker));
                    if poll.is_pending() {
                        self.tasks.insert(task.0, task.1);
                    }
                }
            }
        }
    }
}

/// Also right: the queue holds the tasks themselves, each with its future inside, and a task is its own waker. The futures
/// must be `Send` then, and each is behind a lock.
/// Without: impl Wake for TaskWaker
mod tasks_in_the_queue {
    use std::{sync::Weak, sync::atomic::AtomicBool, sync::atomic::Ordering};

    type BoxedFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

    type Queue = Arc<Mutex<VecDeque<Arc<Task>>>>;

    struct Task {
        /// `None` when it has ended.
        future: Mutex<Option<BoxedFuture>>,
        queued: AtomicBool,
        /// Weak, because the queue holds the task.
        queue: Weak<Mutex<VecDeque<Arc<Task>>>>,
    }

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            let Some(queue) = self.queue.upgrade() else { return };
            if !self.queued.swap(true, Ordering::AcqRel) {
                queue.lock().expect("nobody panics with this lock").push_back(self);
            }
        }
    }

    #[derive(Default)]
    struct Executor {
        tasks: Vec<Arc<Task>>,
        queue: Queue,
    }

    impl Executor {
        fn spawn(&mut self, future: impl Future<Output = ()> + Send + 'static) {
            let task = Arc::new(Task {
                future: Mutex::new(Some(Box::pin(future))),
                queued: AtomicBool::new(true),
                queue: Arc::downgrade(&self.queue),
            });
            self.tasks.push(task.clone());
            self.queue.lock().expect("nobody panics with this lock").push_back(task);
        }

        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(task) = next else { return };
                task.queued.store(false, Ordering::Release);
                let mut place = task.future.lock().expect("nobody panics with this lock");
                let Some(future) = place.as_mut() else { continue };
                let waker = Waker::from(task.clone());
                if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                    *place = None;
                    drop(place);
                    self.tasks.retain(|other| !Arc::ptr_eq(other, &task));
                }
            }
        }
    }

    impl Drop for Executor {
        fn drop(&mut self) {
            // A future may hold a waker of its own task, and with it itself. This opens the circle.
            for task in &self.tasks {
                task.future.lock().expect("nobody panics with this lock").take();
            }
        }
    }
}

/// Also right: the task is taken out of the map for its poll, and put back when it is pending.
mod out_of_the_map_for_its_poll {
    impl Executor {
        fn run(&mut self) {
            loop {
                let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
                let Some(id) = next else { return };
                let Some(mut task) = self.tasks.remove(&id) else { continue };
                if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_pending() {
                    self.tasks.insert(id, task);
                }
            }
        }
    }
}

/// Also right: `wake` searches with an iterator, and `run` is a `while let` whose head is a function: its lock is let go there.
mod the_next_is_a_function {
    impl Wake for TaskWaker {
        fn wake(self: Arc<Self>) {
            let mut queue = self.queue.lock().expect("nobody panics with this lock");
            if queue.iter().all(|queued| *queued != self.id) {
                queue.push_back(self.id);
            }
        }
    }

    impl Executor {
        fn next(&self) -> Option<TaskId> {
            self.queue.lock().expect("nobody panics with this lock").pop_front()
        }

        fn run(&mut self) {
            while let Some(id) = self.next() {
                let Some(task) = self.tasks.get_mut(&id) else { continue };
                if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                    self.tasks.remove(&id);
                }
            }
        }
    }
}
