//! # Run queue
//!
//! One thread, many tasks. A task that is woken goes to the end of the queue. `run` polls the one at the head, until the queue
//! is empty, and waits for nobody. A task stands in the queue at most once, whoever wakes it, and keeps its place there until
//! its turn comes. A task that is ready is dropped and leaves nothing. No lock is held while a task is polled or dropped: it may
//! wake itself, or another one.
//!
//! Run: `cargo workbook check 02-executor/run_queue` · Read: book, chapter 2, Stage 2: many tasks, and a queue · 15 min

use std::{
    collections::{HashMap, VecDeque},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
};

type TaskId = usize;

/// The tasks that can go on, next first. Behind a lock, because a waker may be called on any thread.
type Queue = Arc<Mutex<VecDeque<TaskId>>>;

struct TaskWaker {
    id: TaskId,
    queue: Queue,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        todo!("put the task at the end of the queue, if it is not in the queue")
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
}

#[derive(Default)]
struct Executor {
    /// The tasks that have not ended.
    tasks: HashMap<TaskId, Task>,
    spawned: usize,
    queue: Queue,
}

impl Executor {
    /// Adds a task, at the end of the queue. It does nothing before its turn.
    fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
        let id = self.spawned;
        self.spawned += 1;
        let waker = Waker::from(Arc::new(TaskWaker { id, queue: self.queue.clone() }));
        self.tasks.insert(id, Task { future: Box::pin(future), waker });
        self.queue.lock().expect("nobody panics with this lock").push_back(id);
    }

    /// How many tasks have not ended.
    fn unfinished(&self) -> usize {
        self.tasks.len()
    }

    /// Polls the tasks in the order of the queue, until it is empty. Tasks that wait are left as they are.
    fn run(&mut self) {
        todo!("take a task from the head of the queue and poll it, until there is none; drop the tasks that are ready")
    }
}

#[path = "checks/run_queue.rs"]
mod checks;
