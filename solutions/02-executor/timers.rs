//! # Timers: a solution
//!
//! A sleep that is not over leaves its waker with the clock, sorted by the deadline. Nobody looks at it again until the queue
//! is empty. Then nothing can happen before the soonest deadline, so the clock may as well be there: it jumps, and the wakers
//! of that instant put their tasks back into the queue. A real clock differs in one line: where this one jumps, the thread
//! sleeps until the deadline (`park_timeout`), and may be unparked before.
//!
//! A sleep is over because of the *clock*, and not because it was woken: it looks again. The number keeps two sleeps with one
//! deadline apart, and in order.
//!
//! Also right: a `BinaryHeap` of `Reverse<(Duration, u64)>`, as the lesson has it. A heap gives the soonest in less time, but
//! cannot give up an entry in its middle, so a dropped sleep leaves one behind. Only `poll` and `jump` are asked
//! for, and the shape of the list is yours.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// The clock of an executor. Clones are the same clock.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<Mutex<Timers>>);

#[derive(Debug, Default)]
struct Timers {
    now: Duration,
    /// Who is to be woken when: soonest first, and those with one deadline in the order of their numbers.
    waiting: BTreeMap<(Duration, u64), Waker>,
    numbers: u64,
}

/// Is ready when the clock has reached the deadline.
struct Sleep {
    clock: Clock,
    deadline: Duration,
    /// From the call of `sleep_until`. No other sleep has this number: two with one deadline are two.
    number: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timers = self.clock.timers();
        if timers.now >= self.deadline {
            return Poll::Ready(());
        }
        // At a second poll this puts the newer waker in the place of the older one.
        let before = timers.waiting.insert((self.deadline, self.number), context.waker().clone());
        // What a waker does when it is dropped is somebody else's code too.
        drop(timers);
        drop(before);
        Poll::Pending
    }
}

impl Clock {
    /// Nothing can run at this instant. Jumps to the next deadline and wakes those who wait for it. `false`: nobody waits.
    fn jump(&self) -> bool {
        let due = {
            let mut timers = self.timers();
            let Some((&(deadline, _), _)) = timers.waiting.first_key_value() else { return false };
            timers.now = deadline;
            let later = timers.waiting.split_off(&(deadline, u64::MAX));
            std::mem::replace(&mut timers.waiting, later)
        };
        // The lock is free again: a waker may look at the clock.
        due.into_values().for_each(Waker::wake);
        true
    }

    fn now(&self) -> Duration {
        self.timers().now
    }

    /// Sleeps until the clock says `deadline`.
    fn sleep_until(&self, deadline: Duration) -> Sleep {
        let mut timers = self.timers();
        timers.numbers += 1;
        Sleep { clock: self.clone(), deadline, number: timers.numbers }
    }

    /// Sleeps for this long, counted from the call.
    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(self.now() + duration)
    }

    /// To be held for a moment. Whoever is woken may look at the clock at once, and that takes this lock.
    fn timers(&self) -> MutexGuard<'_, Timers> {
        self.0.lock().expect("nobody panics with this lock")
    }
}

impl Drop for Sleep {
    /// Nobody waits any more: the clock must not jump to this deadline.
    fn drop(&mut self) {
        let waker = self.clock.timers().waiting.remove(&(self.deadline, self.number));
        // The lock is free again: a waker may be the last that keeps a task, and its sleeps go with it.
        drop(waker);
    }
}

/// The executor of the exercise `run_queue`, with a clock. There is nothing to change from here on.
#[derive(Default)]
struct Executor {
    clock: Clock,
    tasks: HashMap<usize, Task>,
    spawned: usize,
    queue: Arc<Mutex<Queue>>,
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Waker,
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
    fn spawn(&mut self, future: impl Future<Output = ()> + 'static) {
        let id = self.spawned;
        self.spawned += 1;
        let waker = Waker::from(Arc::new(TaskWaker { id, queue: self.queue.clone() }));
        waker.wake_by_ref();
        self.tasks.insert(id, Task { future: Box::pin(future), waker });
    }

    /// Runs the tasks until none can go on, now or later.
    fn run(&mut self) {
        loop {
            let next = self.queue.lock().expect("nobody panics with this lock").pop();
            match next {
                Some(id) => self.poll(id),
                // The queue is empty: only now may time go by.
                None if self.clock.jump() => {}
                None => return,
            }
        }
    }

    fn poll(&mut self, id: usize) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
            self.tasks.remove(&id);
        }
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/02-executor/checks/timers.rs"]
mod checks;
