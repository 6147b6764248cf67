//! What a wake does: on the runtime's own thread it puts the task in the queue; from another thread it takes a lock.
//!
//! A waker must be `Send` and `Sync`, whoever uses it. Nearly every wake comes from the thread that runs the tasks, so
//! that case is kept free of locks and atomic operations.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU32,
            Ordering::{AcqRel, Acquire, Relaxed, Release},
            fence,
        },
    },
    task::Wake,
    thread::{self, Thread},
};

use super::{executor::Executor, tasks::TaskId};

/// What all wakers of one task share.
pub(super) struct TaskWaker {
    index: u32,
    /// Changes only while nobody holds a waker, when the place gets its next task.
    generation: AtomicU32,
    inbox: Arc<Inbox>,
    /// Whether the id lies in the inbox already: a thread that wakes in a loop must not fill it.
    in_inbox: AtomicBool,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let woken_at_home = Executor::try_with(|executor| {
            let at_home = Arc::ptr_eq(&executor.inbox, &self.inbox);
            if at_home {
                executor.core.borrow_mut().schedule(self.id());
            }
            at_home
        });
        if woken_at_home != Some(true) && !self.in_inbox.swap(true, AcqRel) {
            self.inbox.put(self.id());
        }
    }
}

impl TaskWaker {
    pub(super) fn new(id: TaskId, inbox: &Arc<Inbox>) -> Self {
        Self {
            index: id.index,
            generation: AtomicU32::new(id.generation),
            inbox: Arc::clone(inbox),
            in_inbox: AtomicBool::new(false),
        }
    }

    fn id(&self) -> TaskId {
        TaskId { index: self.index, generation: self.generation.load(Relaxed) }
    }

    /// Gives the waker to the next task of the same place. The caller has seen that there are no clones.
    pub(super) fn reuse(&self, id: TaskId) {
        // The last clone may have gone on another thread a moment ago; what that thread did with it happened before.
        fence(Acquire);
        self.generation.store(id.generation, Relaxed);
        self.in_inbox.store(false, Relaxed);
    }

    /// The wake has left the inbox: the next one from another thread must go in.
    pub(super) fn left_inbox(&self) {
        // A swap and not a store: a thread that found the id in the inbox left it at that, and what it wrote before its
        // wake must be seen by the poll that follows.
        self.in_inbox.swap(false, Acquire);
    }
}

/// Where other threads leave their wakes.
pub(super) struct Inbox {
    /// The runtime's thread, to be unparked.
    thread: Thread,
    /// Lets the runtime look without taking the lock.
    filled: AtomicBool,
    ids: Mutex<Vec<TaskId>>,
}

impl Inbox {
    /// An inbox for the thread that makes it.
    pub(super) fn here() -> Self {
        Self {
            thread: thread::current(),
            filled: AtomicBool::new(false),
            ids: Mutex::default(),
        }
    }

    fn put(&self, id: TaskId) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        self.filled.store(true, Release);
        // Last, so that the runtime cannot look, see nothing, and park for good: an unpark that comes first makes the next
        // park return at once.
        self.thread.unpark();
    }

    pub(super) fn take(&self) -> Vec<TaskId> {
        if !self.filled.load(Relaxed) {
            return Vec::new();
        }
        self.filled.store(false, Relaxed);
        mem::take(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
