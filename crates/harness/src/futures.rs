//! Futures for an executor to run: one that waits to be let through, one that asks for more turns, and one that moves to
//! another task.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// A future that is pending until the check opens it. Clones are the same gate.
///
/// ```
/// use harness::{Gate, Wakes};
/// use std::{pin::pin, task::Context};
///
/// let (gate, task) = (Gate::new(), Wakes::new());
/// let mut waits = pin!(gate.wait());
/// assert!(waits.as_mut().poll(&mut Context::from_waker(&task.waker())).is_pending());
/// gate.open();
/// assert_eq!(task.count(), 1);
/// assert!(waits.poll(&mut Context::from_waker(&task.waker())).is_ready());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gate {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Shared, because to clone a waker or to drop one may run any code: that is done without the lock.
    waker: Option<Arc<Waker>>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pending until the gate is open. Keeps the newest waker.
    pub fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let gate = self.clone();
        poll_fn(move |context| {
            if gate.lock().open {
                return Poll::Ready(());
            }
            let waker = Arc::new(context.waker().clone());
            let mut state = gate.lock();
            if state.open {
                return Poll::Ready(());
            }
            let before = state.waker.replace(waker);
            drop(state);
            drop(before);
            Poll::Pending
        })
    }

    /// Opens the gate, and wakes whoever waits.
    pub fn open(&self) {
        self.lock().open = true;
        self.wake();
    }

    /// Wakes whoever waits, and leaves the gate as it is.
    pub fn wake(&self) {
        // Not under the lock: a waker may do anything.
        if let Some(waker) = self.waker() {
            waker.wake();
        }
    }

    /// The newest waker of whoever waits.
    pub fn waker(&self) -> Option<Waker> {
        let waker = self.lock().waker.clone();
        waker.map(|waker| Waker::clone(&waker))
    }

    /// Forgets the waker: from now on nobody can be woken.
    pub fn forget(&self) {
        let waker = self.lock().waker.take();
        drop(waker);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future goes to another task in the middle: at that instant of its run it is polled with a new waker, and from then on
/// only that one counts, and those of later polls. A future that has kept its first waker is lost.
///
/// ```
/// use harness::{Check, moved_at, secs};
/// use tokio::time::sleep;
///
/// let run = Check::new().run(async || moved_at(secs(0.3), sleep(secs(1.0))).await);
/// run.takes(secs(1.0), "A sleep keeps the newest waker.");
/// ```
pub async fn moved_at<F: Future>(after: Duration, future: F) -> F::Output {
    let (mut future, mut moves) = (pin!(future), pin!(tokio::time::sleep(after)));
    let tasks = Arc::new(AtomicUsize::new(0));
    let mut waker = None;
    poll_fn(|context| {
        let moves_now = tasks.load(Ordering::SeqCst) == 0 && moves.as_mut().poll(context).is_ready();
        if moves_now {
            tasks.store(1, Ordering::SeqCst);
            waker = None;
        }
        let waker = waker.get_or_insert_with(|| {
            let (tasks, task) = (tasks.clone(), tasks.load(Ordering::SeqCst));
            Waker::from(Arc::new(OfTask { task, tasks, runtime: context.waker().clone() }))
        });
        future.as_mut().poll(&mut Context::from_waker(waker))
    })
    .await
}

/// The waker of one of the tasks that a future goes through. It wakes as long as the future is there.
struct OfTask {
    task: usize,
    /// The task that has the future now.
    tasks: Arc<AtomicUsize>,
    runtime: Waker,
}

impl Wake for OfTask {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.task == self.tasks.load(Ordering::SeqCst) {
            self.runtime.wake_by_ref();
        }
    }
}

/// A future that wakes itself and is pending, so many times: it wants one turn more each time.
///
/// It is written by hand, and not with a `yield_now` of some runtime: those may go past the waker.
pub fn more_turns(times: usize) -> impl Future<Output = ()> + Send {
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
