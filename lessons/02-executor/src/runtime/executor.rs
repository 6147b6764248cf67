//! The state of a runtime, and how the code inside a task finds it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    sync::Arc,
};

use super::{
    recorder::{Event, Recorder, WokenBy},
    task::{Stage, Task},
    tasks::{TaskId, Tasks},
    timers::{Clock, TimerKey, Timers},
    waker::Inbox,
};

pub(super) struct Executor {
    /// Borrowed for a moment at a time, never while a future, a destructor or a foreign waker runs.
    pub(super) core: RefCell<Core>,
    /// Also tells one runtime from another: wakers and sleeps are `Send` and cannot hold an `Rc`.
    pub(super) inbox: Arc<Inbox>,
    /// How many more ready results the task that is being polled may take before it must let others run.
    pub(super) budget: Cell<u32>,
}

pub(super) struct Core {
    pub(super) tasks: Tasks,
    pub(super) queue: VecDeque<TaskId>,
    pub(super) timers: Timers,
    pub(super) clock: Clock,
    /// The clock when it was last read. Reading it for each poll would cost more than the poll.
    pub(super) last_read: u64,
    /// The task that is being polled, or was polled last.
    pub(super) turn_of: TaskId,
    pub(super) waker_is: WokenBy,
    pub(super) recorder: Option<Recorder>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Executor>>> = const { RefCell::new(None) };
}

impl Executor {
    pub(super) fn new(clock: Clock, recorder: Option<Recorder>) -> Self {
        Self {
            core: RefCell::new(Core {
                tasks: Tasks::default(),
                queue: VecDeque::new(),
                timers: Timers::default(),
                clock,
                last_read: 0,
                turn_of: TaskId { index: 0, generation: 0 },
                waker_is: WokenBy::Finish,
                recorder,
            }),
            inbox: Arc::new(Inbox::here()),
            budget: Cell::new(0),
        }
    }

    /// Does something with the runtime that this thread is in. `None` if it is in none.
    #[inline]
    pub(super) fn try_with<R>(work: impl FnOnce(&Rc<Self>) -> R) -> Option<R> {
        // Other thread-locals may wake when the thread ends, after this one is gone.
        CURRENT.try_with(|current| current.borrow().as_ref().map(work)).ok().flatten()
    }

    #[track_caller]
    pub(super) fn with<R>(what: &str, work: impl FnOnce(&Rc<Self>) -> R) -> R {
        match Self::try_with(work) {
            Some(done) => done,
            None => panic!(
                "{what}() was called outside a runtime: call it from a future that block_on runs"
            ),
        }
    }

    /// Makes this the runtime of the thread, until [`leave`](Self::leave).
    #[track_caller]
    pub(super) fn enter(self: &Rc<Self>) {
        CURRENT.with(|current| {
            let occupied = current.borrow().is_some();
            assert!(
                !occupied,
                "block_on() inside block_on(): it would stop this thread, and every task of the runtime that runs here \
                 with it. Await the future instead"
            );
            *current.borrow_mut() = Some(Rc::clone(self));
        });
    }

    pub(super) fn leave() {
        let left = CURRENT.take();
        drop(left);
    }

    /// Gives a task a place, and puts it in the queue.
    pub(super) fn start(&self, task: Task) -> TaskId {
        let mut core = self.core.borrow_mut();
        let id = core.tasks.insert(task, &self.inbox);
        core.queue_up(id);
        core.note(Event::Spawned, Some(id));
        id
    }
}

impl Core {
    pub(super) fn read_clock(&mut self) -> u64 {
        self.last_read = self.clock.now();
        self.last_read
    }

    /// The task that is being polled.
    pub(super) fn polling(&self) -> Option<TaskId> {
        (self.waker_is == WokenBy::Task).then_some(self.turn_of)
    }

    /// What a wake does.
    pub(super) fn schedule(&mut self, id: TaskId) {
        if self.queue_up(id) {
            self.note(Event::Woken { by: self.waker_is }, Some(id));
        }
    }

    /// Queues a task that is not queued yet. A task that has finished, or is gone, is left alone.
    pub(super) fn queue_up(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if task.queued || matches!(task.stage, Stage::Finished(_)) {
            return false;
        }
        task.queued = true;
        self.queue.push_back(id);
        true
    }

    pub(super) fn note(&self, event: Event, task: Option<TaskId>) {
        if let Some(recorder) = &self.recorder {
            recorder.step(self, event, task);
        }
    }

    pub(super) fn note_timer(&self, event: Event, timer: TimerKey) {
        if let Some(recorder) = &self.recorder {
            recorder.timer_step(self, event, timer);
        }
    }
}
