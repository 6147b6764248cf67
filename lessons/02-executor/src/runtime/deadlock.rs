//! The deadlock report: which tasks are stuck, and what is known of each.
//!
//! On the virtual clock an empty queue without a timer is the end: nothing can happen any more. On the real clock another
//! thread may still wake a task, so there the runtime asks, after a quiet second, whether anybody holds a waker at all.

use std::{collections::HashMap, error::Error, fmt, panic::Location, time::Duration};

use super::{
    executor::Core,
    task::{Stage, Task},
    tasks::TaskId,
};

/// No task can ever run again, and the future of `block_on` is not ready.
#[derive(Clone, Debug)]
pub struct Deadlock {
    /// When the runtime noticed, on its clock.
    pub at: Duration,
    /// The main future first, then the tasks.
    pub stuck: Vec<StuckTask>,
}

/// A task that waits in vain.
#[derive(Clone, Debug)]
pub struct StuckTask {
    /// `main`, or the name given at spawn.
    pub name: Option<String>,
    /// The line that called `spawn`, or `block_on`.
    pub spawned_at: &'static Location<'static>,
    /// How often it was polled.
    pub polls: u32,
    /// When it was last polled, on the runtime's clock.
    pub last_polled: Option<Duration>,
    /// What it waits for, as far as a runtime can know.
    pub waits_for: WaitsFor,
}

/// Who could have woken a stuck task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// The result of this task: its name, or the line that spawned it.
    Task(String),
    /// A clone of its waker is held somewhere, perhaps by another stuck task, and is never called.
    SomebodyWithItsWaker,
    /// Its future said `Pending` and kept no waker: the wake-up is lost.
    Nobody,
}

impl Core {
    pub(super) fn deadlock(&self, main: TaskId) -> Deadlock {
        let joins = self.joins();
        let unfinished = self
            .tasks
            .iter()
            .filter(|(_, task, _)| !matches!(task.stage, Stage::Finished(_)));
        let mut stuck: Vec<_> = unfinished
            .map(|(id, task, place)| {
                let joined = place.waker_address().and_then(|waker| joins.get(&waker));
                let waits_for = match joined {
                    Some(tasks) => WaitsFor::Task(tasks[0].label()),
                    None if place.clones() > 0 => WaitsFor::SomebodyWithItsWaker,
                    None => WaitsFor::Nobody,
                };
                let stuck = StuckTask {
                    name: task.name.as_deref().map(String::from),
                    spawned_at: task.spawned_at,
                    polls: task.polls,
                    last_polled: (task.polls > 0)
                        .then(|| Duration::from_nanos(task.last_poll)),
                    waits_for,
                };
                (id != main, id, stuck)
            })
            .collect();
        stuck.sort_by_key(|&(not_main, id, _)| (not_main, id));
        Deadlock {
            at: Duration::from_nanos(self.clock.now()),
            stuck: stuck.into_iter().map(|(.., stuck)| stuck).collect(),
        }
    }

    /// Whether every clone of every waker lies in a handle of this runtime. Then no thread can wake anything, now or ever.
    pub(super) fn nobody_can_wake(&self) -> bool {
        let joins = self.joins();
        self.tasks.iter().all(|(_, _, place)| {
            let in_handles = place
                .waker_address()
                .and_then(|waker| joins.get(&waker))
                .map_or(0, Vec::len);
            place.clones() <= in_handles
        })
    }

    /// Who awaits whom: from the address of a waker to the task whose handle holds it.
    fn joins(&self) -> HashMap<*const (), Vec<&Task>> {
        let mut joins = HashMap::<_, Vec<_>>::new();
        for (_, task, _) in self.tasks.iter() {
            if let Some(joiner) = &task.joiner {
                joins.entry(joiner.data()).or_default().push(task);
            }
        }
        joins
    }
}

impl Task {
    fn label(&self) -> String {
        match &self.name {
            Some(name) => name.to_string(),
            None => format!("the task of {}", self.spawned_at),
        }
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        write!(
            f,
            "deadlock at {:?}: no task is queued, no timer is set, and nobody will wake a task",
            self.at
        )?;
        for task in self.stuck.iter().take(SHOWN) {
            write!(f, "\n- {task}")?;
        }
        match self.stuck.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n- and {more} more"),
        }
    }
}

impl fmt::Display for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("a task");
        write!(f, "{name} ({}): ", self.spawned_at)?;
        match self.last_polled {
            None => write!(f, "never polled")?,
            Some(at) if self.polls == 1 => write!(f, "polled once, at {at:?}")?,
            Some(at) => write!(f, "polled {} times, last at {at:?}", self.polls)?,
        }
        match &self.waits_for {
            WaitsFor::Task(name) => write!(f, "; waits for {name}"),
            WaitsFor::SomebodyWithItsWaker => {
                write!(f, "; its waker is kept, and nobody calls it")
            }
            WaitsFor::Nobody => write!(f, "; nobody kept its waker: the wake-up is lost"),
        }
    }
}

impl Error for Deadlock {}
