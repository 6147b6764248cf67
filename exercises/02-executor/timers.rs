//! # Timers
//!
//! A task sleeps until a deadline. The clock is virtual: it stands still while a task can run, and when none can, it jumps to
//! the next deadline and wakes everybody who waits for it. An hour takes no time, and it takes exactly one hour. A sleep keeps
//! the newest waker and no other. A waker is called once, when its deadline has come, and with no lock held; then it is let go.
//!
//! Run: `cargo workbook check 02-executor/timers` · Read: book, chapter 2, Stage 4: time · 15 min

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
        todo!("ready if the deadline has come; otherwise, be among those who wait for it")
    }
}

impl Clock {
    /// Nothing can run at this instant. Jumps to the next deadline and wakes those who wait for it. `false`: nobody waits.
    fn jump(&self) -> bool {
        todo!("move the clock to the soonest deadline, and wake everybody whose deadline has come")
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

#[path = "checks/timers.rs"]
mod checks;
