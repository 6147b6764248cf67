//! # Run queue: a solution
//!
//! A task is in one of two places. It stands in the queue, because it can go on; or it stands nowhere, and somebody holds its
//! waker. A wake leads from the second place to the first, and a turn leads back. `run` never asks a task that is not in the
//! queue, so a million tasks that wait cost no time at all.
//!
//! The id leaves the queue *before* the poll. A wake that comes during the poll finds no id there, and puts it in once more:
//! it is not lost. And the lock is free during the poll, because that wake takes the lock too.
//!
//! `contains` looks through the whole queue: a wake costs as much as there are tasks in it, and n tasks that are woken together
//! cost n². It is the shortest right answer, and too dear for a real executor. The executor that later exercises hand out keeps
//! a set of the ids beside the queue, and a wake costs the same however long the queue is.
//!
//! Also right: a mark in the waker (an `AtomicBool`, "stands in the queue") instead of `contains`. It is cleared when the id is
//! taken out, and before the poll. Real executors do that, and the runtime of the lesson does. Or a queue of `Arc<Task>`, each
//! with its future inside: that is how `async-executor` and tokio do it, and then the futures must be `Send`.

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
        let mut queue = self.queue.lock().expect("nobody panics with this lock");
        if !queue.contains(&self.id) {
            queue.push_back(self.id);
        }
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
        loop {
            // A line of its own, so that the lock is free again before the poll: a task may wake itself.
            let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
            let Some(id) = next else { return };
            // A waker may be called after its task has ended.
            let Some(task) = self.tasks.get_mut(&id) else { continue };
            let poll = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
            if poll.is_ready() {
                self.tasks.remove(&id);
            }
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/run_queue.rs"]
mod checks;
