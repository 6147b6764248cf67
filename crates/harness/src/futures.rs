//! Futures for an executor to run: one that waits to be let through, and one that asks for more turns.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
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
    waker: Option<Waker>,
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
            let mut state = gate.lock();
            if state.open {
                return Poll::Ready(());
            }
            state.waker = Some(context.waker().clone());
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
        self.lock().waker.clone()
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
