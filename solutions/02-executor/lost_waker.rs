//! # Lost waker: a solution
//!
//! An executor knows little of its tasks, and here that is enough. The queue is empty, so no task was woken. Nobody else is
//! there who could wake one. So whoever has not ended never will.
//!
//! A waker is an `Arc`, and an `Arc` knows how many hold it. If the executor is the only one, the future has said `Pending` and
//! given its waker to nobody: its author has broken the promise. If somebody else holds it, the future has done its part, and
//! the one to look for is the one who should call. The harness of this workbook tells a `lost wake-up` from a `deadlock` in
//! the same way.
//!
//! With other threads an empty queue is no proof: one of them may call a waker at any time. So a real executor sleeps here.
//! It could still report the tasks whose waker nobody holds, and the runtime of the lesson does, after a quiet second. A
//! future that keeps its waker inside itself fools the count.
//!
//! Also right: a loop and a `Vec`, an iterator: whatever counts at the time of the report.

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
        let stuck = |task: &Task| StuckTask {
            name: task.name,
            // One reference is the executor's own.
            waits_for: match Arc::strong_count(&task.waker) {
                1 => WaitsFor::Nobody,
                _ => WaitsFor::SomebodyWithItsWaker,
            },
        };
        match self.tasks.is_empty() {
            true => Ok(()),
            false => Err(Deadlock { stuck: self.tasks.values().map(stuck).collect() }),
        }
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

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/lost_waker.rs"]
mod checks;
