//! What the event loop did, step by step: for a picture that a reader can step through.
//!
//! Every step is a copy of the run queue and the timers as they were at that moment. That is slow, and it does not matter:
//! without a recorder the runtime asks one `Option` per event.

use std::{cell::RefCell, collections::BTreeMap, fmt, rc::Rc, task::Poll, time::Duration};

use super::{executor::Core, tasks::TaskId, timers::TimerKey};

/// Collects the steps of a runtime. Clones share them.
///
/// ```
/// use lesson_02_executor::runtime::{Builder, Event, Recorder, WokenBy, sleep, spawn_named};
/// use std::time::Duration;
///
/// let recorder = Recorder::default();
/// Builder::new().virtual_clock().recorder(&recorder).build().block_on(async {
///     spawn_named("nap", sleep(Duration::from_secs(1))).await.unwrap();
/// });
/// let wakes: Vec<_> = recorder.steps().into_iter().filter(|step| matches!(step.event, Event::Woken { .. })).collect();
/// assert_eq!(wakes[0].task.as_deref(), Some("nap"));
/// assert_eq!(wakes[0].event, Event::Woken { by: WokenBy::Timer });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    record: Rc<RefCell<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    steps: Vec<Step>,
    names: BTreeMap<TaskId, String>,
    owners: BTreeMap<TimerKey, TaskId>,
    watch: Option<Watch>,
}

/// Called at every step, where the step happens.
struct Watch(Box<dyn Fn(&Step)>);

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watch")
    }
}

/// Something that happened, and how things stood right after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The runtime's clock.
    pub at: Duration,
    pub event: Event,
    /// The task that it happened to.
    pub task: Option<String>,
    /// The task that is being polled. It is the one that acts: that spawns, wakes, sets a timer.
    pub polling: Option<String>,
    /// The run queue, next first.
    pub queue: Vec<String>,
    /// The timers, soonest first: the deadline, and the task that set it.
    pub timers: Vec<(Duration, String)>,
}

/// What can happen in the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The task was given a place, and put in the queue.
    Spawned,
    /// It was taken from the queue.
    PollBegins,
    /// Its turn is over.
    Polled(Outcome),
    /// The task was put in the queue. A wake of a task that is queued already is no event.
    Woken {
        by: WokenBy,
    },
    TimerSet,
    /// The deadline has come: the timer is gone, and its waker is called next.
    TimerFired,
    /// Its sleep was dropped before the deadline.
    TimerDropped,
    /// The virtual clock, which had nothing to wait for but the next deadline.
    ClockJumped {
        from: Duration,
    },
    /// The thread sleeps until the next deadline, or until another thread wakes a task.
    Parked,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Pending,
    Ready,
    Panicked,
    Aborted,
}

impl Outcome {
    pub(super) fn of<T>(polled: &Poll<T>) -> Self {
        if polled.is_ready() { Self::Ready } else { Self::Pending }
    }
}

/// Who called a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WokenBy {
    /// The task that is being polled.
    Task,
    /// A timer that is due.
    Timer,
    /// The end of the task that was polled last: somebody awaits its handle.
    Finish,
    AnotherThread,
}

impl Recorder {
    /// Calls `watch` at every step, in the middle of whatever does it: for a look at the call stack. The runtime is not to be
    /// asked for anything meanwhile.
    #[must_use]
    pub fn watched(self, watch: impl Fn(&Step) + 'static) -> Self {
        self.record.borrow_mut().watch = Some(Watch(Box::new(watch)));
        self
    }

    /// What has happened so far.
    pub fn steps(&self) -> Vec<Step> {
        self.record.borrow().steps.clone()
    }

    #[cold]
    pub(super) fn step(&self, core: &Core, event: Event, task: Option<TaskId>) {
        let mut record = self.record.borrow_mut();
        if let (Event::Spawned, Some(id)) = (event, task) {
            let number = record.names.len();
            let name =
                core.tasks.get(id).and_then(|task| task.name.as_deref()).map(String::from);
            record.names.insert(id, name.unwrap_or_else(|| format!("task {number}")));
        }
        let name = |id: &TaskId| record.names.get(id).cloned().unwrap_or_default();
        let step = Step {
            at: Duration::from_nanos(core.clock.now()),
            event,
            task: task.as_ref().map(name),
            polling: core.polling().as_ref().map(name),
            queue: core.queue.iter().map(name).collect(),
            timers: core
                .timers
                .sorted()
                .into_iter()
                .map(|(deadline, timer)| {
                    (
                        Duration::from_nanos(deadline),
                        record.owners.get(&timer).map(name).unwrap_or_default(),
                    )
                })
                .collect(),
        };
        if let Some(Watch(watch)) = &record.watch {
            watch(&step);
        }
        record.steps.push(step);
    }

    #[cold]
    pub(super) fn timer_step(&self, core: &Core, event: Event, timer: TimerKey) {
        if let (Event::TimerSet, Some(owner)) = (event, core.polling()) {
            self.record.borrow_mut().owners.insert(timer, owner);
        }
        let owner = self.record.borrow().owners.get(&timer).copied();
        self.step(core, event, owner);
    }
}
