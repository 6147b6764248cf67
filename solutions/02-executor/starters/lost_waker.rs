//! # Lost waker
//!
//! The queue is empty, and some tasks have not ended: they are stuck. An executor that sleeps now sleeps for ever and prints
//! nothing. `run` reports it instead: it names every stuck task, and says whether anybody has kept the task's waker.
//!
//! Run: `cargo workbook check 02-executor/lost_waker` · Read: book, chapter 2, Stage 6: nobody can go on · 10 min

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    fmt,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Wake, Waker},
};

/// No task can go on, and these have not ended.
#[derive(Debug, PartialEq, Eq)]
struct Deadlock {
    /// All of them, in the order in which they were spawned. Two of one name are two.
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
        todo!("Ok if no task is left; otherwise name them, and ask the `Arc` of each waker how many hold it")
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
    queue: Arc<Mutex<Queue>>,
}

struct Task {
    name: &'static str,
    future: Pin<Box<dyn Future<Output = ()>>>,
    /// This is one reference. Every `Waker` made of it, and every clone of such a `Waker`, is one more.
    waker: Arc<TaskWaker>,
}

/// The tasks that can go on, next first. A task stands here at most once: the set knows at once which do, and no wake looks
/// through the whole queue.
#[derive(Default)]
struct Queue {
    ids: VecDeque<usize>,
    queued: HashSet<usize>,
}

impl Queue {
    fn push(&mut self, id: usize) {
        if self.queued.insert(id) {
            self.ids.push_back(id);
        }
    }

    fn pop(&mut self) -> Option<usize> {
        let id = self.ids.pop_front()?;
        self.queued.remove(&id);
        Some(id)
    }
}

struct TaskWaker {
    id: usize,
    queue: Arc<Mutex<Queue>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.queue.lock().expect("nobody panics with this lock").push(self.id);
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
            let next = self.queue.lock().expect("nobody panics with this lock").pop();
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

#[path = "checks/lost_waker.rs"]
mod checks;
