//! What a wake does: on the runtime's own thread it puts the task in the queue; from another thread it takes a lock.
//!
//! A waker must be `Send` and `Sync`, whoever uses it. Nearly every wake comes from the thread that runs the tasks, so
//! that case is kept free of locks, and of atomic operations but for one: a waker that is given away with its wake
//! (`Waker::wake`) counts itself down, as every `Arc` does.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU32,
            Ordering::{AcqRel, Acquire, Relaxed, Release},
        },
    },
    task::Wake,
    thread::{self, Thread},
};

use super::{executor::Executor, tasks::TaskId, timers::TimerKey};

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
        if woken_at_home != Some(true) {
            self.wake_from_elsewhere();
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

    /// Apart, so that the wake at home, which is nearly every wake, need not make room for what this one does.
    #[cold]
    fn wake_from_elsewhere(&self) {
        if !self.in_inbox.swap(true, AcqRel) {
            self.inbox.put(|news| news.woken.push(self.id()));
        }
    }

    fn id(&self) -> TaskId {
        TaskId { index: self.index, generation: self.generation.load(Relaxed) }
    }

    /// Gives the waker to the next task of the same place. The caller has seen that there are no clones.
    pub(super) fn reuse(&self, id: TaskId) {
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

/// Where other threads leave word: which tasks they woke, and which sleeps they dropped.
pub(super) struct Inbox {
    /// The runtime's thread, to be unparked.
    thread: Thread,
    /// Lets the runtime look without taking the lock.
    filled: AtomicBool,
    news: Mutex<News>,
}

#[derive(Default)]
pub(super) struct News {
    pub(super) woken: Vec<TaskId>,
    /// A timer that stays would move the virtual clock to a deadline for which nobody waits.
    pub(super) given_up: Vec<TimerKey>,
}

impl Inbox {
    /// An inbox for the thread that makes it.
    pub(super) fn here() -> Self {
        Self {
            thread: thread::current(),
            filled: AtomicBool::new(false),
            news: Mutex::default(),
        }
    }

    /// A sleep was dropped where its runtime does not run.
    pub(super) fn give_up(&self, timer: TimerKey) {
        // On the runtime's own thread this is after the end of `block_on`, which took the timer
        // along.
        if thread::current().id() != self.thread.id() {
            self.put(|news| news.given_up.push(timer));
        }
    }

    fn put(&self, word: impl FnOnce(&mut News)) {
        word(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner));
        self.filled.store(true, Release);
        // Last, so that the runtime cannot look, see nothing, and park for good: an unpark that comes first makes the next
        // park return at once.
        self.thread.unpark();
    }

    pub(super) fn take(&self) -> News {
        if !self.is_filled() {
            return News::default();
        }
        self.filled.store(false, Relaxed);
        mem::take(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn is_filled(&self) -> bool {
        self.filled.load(Relaxed)
    }
}
