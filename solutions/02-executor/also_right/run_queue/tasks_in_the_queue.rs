//! Also right: the queue holds the tasks themselves, each with its future inside, and a task is its own waker. The futures
//! must be `Send` then, and each is behind a lock.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
};

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

    fn unfinished(&self) -> usize {
        self.tasks.len()
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
