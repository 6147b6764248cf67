//! Trap: a deadlock is taken for a reason to panic. The caller has no say.
//! Caught by: the_stuck_task_is_named
//! Says: The report is a value

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
};

/// No task can go on, and these have not ended.
#[derive(Debug, PartialEq, Eq)]
struct Deadlock {
    /// In the order in which they were spawned.
    stuck: Vec<StuckTask>,
}

#[derive(Debug, PartialEq, Eq)]
struct StuckTask {
    name: &'static str,
    waits_for: WaitsFor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WaitsFor {
    /// Somebody has kept the task's waker, and has not called it.
    SomebodyWithItsWaker,
    /// The future was pending and nobody has its waker: the wake-up is lost.
    Nobody,
}

impl Executor {
    /// The queue is empty. Is anybody stuck?
    fn report(&self) -> Result<(), Deadlock> {
        let names: Vec<_> = self.tasks.values().map(|task| task.name).collect();
        assert!(names.is_empty(), "deadlock: {names:?} are stuck");
        Ok(())
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadlock: the queue is empty, and nobody will wake a task")?;
        for StuckTask { name, waits_for } in &self.stuck {
            f.write_str(match waits_for {
                WaitsFor::SomebodyWithItsWaker => "\n- its waker is kept, and nobody calls it: ",
                WaitsFor::Nobody => "\n- nobody has kept its waker, the wake-up is lost: ",
            })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// The executor of the exercise `run_queue`, with names. There is nothing to change from here on.
#[derive(Default)]
struct Executor {
    /// The tasks that have not ended.
    tasks: BTreeMap<usize, Task>,
    spawned: usize,
    queue: Arc<Mutex<VecDeque<usize>>>,
}

struct Task {
    name: &'static str,
    future: Pin<Box<dyn Future<Output = ()>>>,
    /// This is one reference. Every `Waker` made of it, and every clone of such a `Waker`, is one more.
    waker: Arc<TaskWaker>,
}

struct TaskWaker {
    id: usize,
    queue: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut queue = self.queue.lock().expect("nobody panics with this lock");
        if !queue.contains(&self.id) {
            queue.push_back(self.id);
        }
    }
}

impl Executor {
    fn spawn(&mut self, name: &'static str, future: impl Future<Output = ()> + 'static) {
        let id = self.spawned;
        self.spawned += 1;
        let waker = Arc::new(TaskWaker { id, queue: self.queue.clone() });
        waker.clone().wake();
        self.tasks.insert(id, Task { name, future: Box::pin(future), waker });
    }

    /// Runs the tasks until none can go on.
    fn run(&mut self) -> Result<(), Deadlock> {
        loop {
            let next = self.queue.lock().expect("nobody panics with this lock").pop_front();
            let Some(id) = next else { return self.report() };
            self.poll(id);
        }
    }

    fn poll(&mut self, id: usize) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        // Made for this poll and gone after it: what is left of it is what the future has cloned.
        let waker = Waker::from(task.waker.clone());
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks.remove(&id);
        }
    }
}
