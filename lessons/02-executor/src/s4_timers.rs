//! Stage 4: tasks can wait for time, real or virtual.
//!
//! New: a heap of timers, soonest first. A timer is a deadline and somebody to wake. When the queue is empty, the thread no
//! longer sleeps until *something* happens, but until the next deadline. On the virtual clock it does not sleep at all: the
//! clock jumps to the deadline.
//!
//! Queue and tasks are those of stage 2; only the answer to "what when the queue is empty?" is new. Left out: while tasks
//! are ready, timers must wait, on the real clock too. The runtime looks at them every now and then. And a sleep that is dropped
//! on another thread leaves its timer behind.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, binary_heap::PeekMut},
    mem,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use crate::s2_run_queue;
pub use crate::s2_run_queue::spawn;

// ANCHOR: clock
/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// Counts from this instant.
    Real(Instant),
    /// Stands still while a task can run. Begins at this time.
    Virtual(Duration),
}

impl Clock {
    fn now(self) -> Duration {
        match self {
            Self::Real(start) => start.elapsed(),
            Self::Virtual(now) => now,
        }
    }
}
// ANCHOR_END: clock

// ANCHOR: block_on
/// Runs a future, and the tasks it spawns, until the future is ready.
///
/// ```
/// use lesson_02_executor::s4_timers::{Clock, block_on, now, sleep};
/// use std::time::Duration;
///
/// let an_hour = Duration::from_secs(3600);
/// block_on(Clock::Virtual(Duration::ZERO), async {
///     sleep(an_hour).await;
///     assert_eq!(now(), an_hour);
/// });
/// ```
///
/// # Panics
/// As [`s2_run_queue::block_on`].
pub fn block_on<F: Future>(clock: Clock, main_future: F) -> F::Output {
    let _entered = Entered::new(clock);
    s2_run_queue::run(main_future, wait)
}

/// The queue is empty: waits for the next deadline, and wakes everybody whose time has
/// come.
fn wait() {
    match timers(Timers::next_pause) {
        Some(pause) => thread::park_timeout(pause),
        // Nobody waits for time. Another thread may still wake a task.
        None => thread::park(),
    }
    while let Some(waker) = timers(Timers::pop_due) {
        waker.wake();
    }
}
// ANCHOR_END: block_on

// ANCHOR: timers
struct Timers {
    clock: Clock,
    /// Deadlines, and the number of the timer, which keeps equal deadlines in the order
    /// they were set. A `BinaryHeap` has its *largest* entry on top; `Reverse` makes that
    /// the soonest.
    heap: BinaryHeap<Reverse<(Duration, u64)>>,
    /// Whom to wake. A heap cannot give up an entry in its middle, so a sleep that is
    /// dropped takes away its waker only.
    wakers: HashMap<u64, Waker>,
}

/// Never the same number twice, even in another `block_on`: a sleep may outlive its own.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl Timers {
    fn set(&mut self, deadline: Duration, waker: Waker) -> u64 {
        // What dropped sleeps left in the heap never outgrows what is of use.
        if self.heap.len() > 2 * self.wakers.len() + 64 {
            self.heap.retain(|Reverse((_, number))| self.wakers.contains_key(number));
        }
        let number = NUMBERS.fetch_add(1, Relaxed);
        self.heap.push(Reverse((deadline, number)));
        self.wakers.insert(number, waker);
        number
    }

    /// Polled again before its time, perhaps by another task: the newest waker counts. Where
    /// the timer is gone, with the `block_on` that had it, there is nothing to change.
    fn rewire(&mut self, number: u64, waker: &mut Waker) -> bool {
        let set = self.wakers.get_mut(&number);
        set.map(|former| mem::swap(former, waker)).is_some()
    }

    /// How long to sleep. The virtual clock jumps instead, and there is no pause.
    fn next_pause(&mut self) -> Option<Duration> {
        // A clock that jumped to the deadline of a dropped sleep would jump too far.
        while self
            .heap
            .peek()
            .is_some_and(|Reverse((_, number))| !self.wakers.contains_key(number))
        {
            self.heap.pop();
        }
        let &Reverse((deadline, _)) = self.heap.peek()?;
        if let Clock::Virtual(now) = &mut self.clock {
            *now = deadline;
        }
        Some(deadline.saturating_sub(self.clock.now()))
    }

    fn pop_due(&mut self) -> Option<Waker> {
        loop {
            let next = self.heap.peek_mut()?;
            if next.0.0 > self.clock.now() {
                return None;
            }
            let Reverse((_, number)) = PeekMut::pop(next);
            if let Some(waker) = self.wakers.remove(&number) {
                return Some(waker);
            }
        }
    }
}
// ANCHOR_END: timers

// ANCHOR: sleep
/// A future that is ready when the clock has reached its deadline.
#[derive(Debug)]
#[must_use = "a sleep that nobody awaits does not sleep"]
pub struct Sleep {
    deadline: Duration,
    timer: Option<u64>,
}

/// Waits for a duration, counted from this call.
///
/// # Panics
/// Outside [`block_on`].
pub fn sleep(duration: Duration) -> Sleep {
    Sleep { deadline: now().saturating_add(duration), timer: None }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if now() >= self.deadline {
            return Poll::Ready(());
        }
        let mut waker = context.waker().clone();
        let rewire = |number| timers(|timers| timers.rewire(number, &mut waker));
        if !self.timer.is_some_and(rewire) {
            self.timer = Some(timers(|timers| timers.set(self.deadline, waker)));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(number) = self.timer else { return };
        // The clock may be gone before the last sleep is, and the thread's own values, too.
        let waker =
            TIMERS.try_with(|timers| timers.borrow_mut().as_mut()?.wakers.remove(&number));
        drop(waker);
    }
}
// ANCHOR_END: sleep

/// What the clock of the surrounding [`block_on`] says.
///
/// # Panics
/// Outside it.
pub fn now() -> Duration {
    timers(|timers| timers.clock.now())
}

thread_local! {
    static TIMERS: RefCell<Option<Timers>> = const { RefCell::new(None) };
}

fn timers<R>(work: impl FnOnce(&mut Timers) -> R) -> R {
    TIMERS.with_borrow_mut(|timers| {
        work(timers.as_mut().expect("there is a clock inside block_on only"))
    })
}

struct Entered;

impl Entered {
    fn new(clock: Clock) -> Self {
        assert!(
            TIMERS.with_borrow(Option::is_none),
            "block_on inside block_on would stop every task of the outer one"
        );
        TIMERS.set(Some(Timers { clock, heap: BinaryHeap::new(), wakers: HashMap::new() }));
        Self
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        TIMERS.take();
    }
}
