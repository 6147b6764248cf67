//! Trap: the task is taken out of the list for its poll, and one that is pending is not put back.
//! Caught by: tasks_take_turns
//! Says: To drop its future is to cancel it

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
            let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
            let Some(id) = next else { return };
            let Some(mut task) = self.tasks.remove(&id) else { continue };
            let _ = task.future.as_mut().poll(&mut Context::from_waker(&task.waker));
        }
    }
}
