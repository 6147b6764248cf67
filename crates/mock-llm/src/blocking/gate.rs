use std::{
    collections::BTreeSet,
    fmt,
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// Where the threads of a gated [`Client`](super::Client) wait, until code that runs on the event loop lets them through.
///
/// A blocking call on the event loop's own thread keeps the loop from running, so nobody comes to open the gate. After a
/// bound of *real* time the call gives up with [`Error::Blocked`](crate::Error::Blocked), which is the proof: no clock was
/// compared, and a slow machine only takes longer to say so.
///
/// ```
/// use std::time::Duration;
/// use mock_llm::{Error, MockLlm, Model, blocking::Gate};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let llm = MockLlm::new([Model::new("atlas")]);
/// let gate = Gate::new().safety_bound(Duration::from_millis(50));
/// let client = llm.blocking().gated(&gate);
/// // Runs as long as the event loop does.
/// tokio::spawn(gate.attend());
///
/// let held = client.complete("on the event loop's thread");
/// assert!(matches!(held, Err(Error::Blocked { .. })));
///
/// # let gate = Gate::new();
/// # let client = llm.blocking().gated(&gate);
/// # tokio::spawn(gate.attend());
/// let offloaded = tokio::task::spawn_blocking(move || client.complete("on another thread")).await;
/// assert!(offloaded.is_ok_and(|reply| reply.is_ok()));
/// # }
/// ```
///
/// With [`wait_for`](Gate::wait_for) a test holds calls until as many as it wants are in flight together, and with
/// [`let_through`](Gate::let_through) it lets them on one by one: an order of events that no machine's speed can change.
///
/// Clones are the same gate, each with its own safety bound.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
    safety_bound: Duration,
}

struct Inner {
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Default)]
struct State {
    open: bool,
    /// The number of the next thread that comes.
    next: u64,
    /// The threads that wait and that nobody has let through yet, in the order in which they came.
    held: BTreeSet<u64>,
    /// Those that were let through and have not gone yet. A permit belongs to its thread: nobody who comes later takes it.
    let_through: BTreeSet<u64>,
    /// Futures that wait for threads to come.
    wakers: Vec<Waker>,
}

/// Ready when enough threads wait at a [`Gate`]. See [`Gate::wait_for`].
#[derive(Debug)]
#[must_use = "a future does nothing until it is polled"]
pub struct WaitFor {
    gate: Gate,
    threads: usize,
}

/// Lets every thread through a [`Gate`], for as long as it is polled; never ready. See [`Gate::attend`].
#[derive(Debug)]
#[must_use = "a future does nothing until it is polled"]
pub struct Attend {
    gate: Gate,
}

impl Gate {
    /// A closed gate with a safety bound of three seconds.
    #[allow(clippy::new_without_default, reason = "a default that blocks would surprise")]
    pub fn new() -> Self {
        let inner = Inner { state: Mutex::default(), opened: Condvar::new() };
        Self { inner: Arc::new(inner), safety_bound: Duration::from_secs(3) }
    }

    /// How long, in real time, a thread waits at the gate before it concludes that the event loop does not run.
    #[must_use]
    pub fn safety_bound(mut self, bound: Duration) -> Self {
        self.safety_bound = bound;
        self
    }

    /// Opens the gate for good.
    pub fn open(&self) {
        self.lock().open = true;
        self.inner.opened.notify_all();
    }

    /// Lets through as many as `threads` of those that wait now, who came first before the others, and says how many that are.
    /// Nobody who comes later gets in by it.
    pub fn let_through(&self, threads: usize) -> usize {
        let mut guard = self.lock();
        let state = &mut *guard;
        let let_through = threads.min(state.held.len());
        state.let_through.extend((0..let_through).filter_map(|_| state.held.pop_first()));
        drop(guard);
        self.inner.opened.notify_all();
        let_through
    }

    /// How many threads are held at the gate now.
    pub fn held(&self) -> usize {
        self.lock().held.len()
    }

    /// Waits until this many threads are held at the gate together. At an open gate nobody is held, and it waits for ever.
    ///
    /// # Cancel safety
    /// It changes nothing, so it may be dropped at any time.
    pub fn wait_for(&self, threads: usize) -> WaitFor {
        WaitFor { gate: self.clone(), threads }
    }

    /// Lets every thread through as it comes. Spawn it, or join it to the code under test: it works only while the event
    /// loop that polls it runs.
    pub fn attend(&self) -> Attend {
        Attend { gate: self.clone() }
    }

    /// Holds the thread until it may go on.
    ///
    /// # Errors
    /// How long it waited, when that is the safety bound.
    pub(super) fn pass(&self) -> Result<(), Duration> {
        let since = Instant::now();
        let mut state = self.lock();
        if state.open {
            return Ok(());
        }
        let number = state.next;
        state.next += 1;
        state.held.insert(number);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        let mut state = self.lock();
        loop {
            if state.let_through.remove(&number) {
                return Ok(());
            }
            if state.open {
                state.held.remove(&number);
                return Ok(());
            }
            let left = self.safety_bound.saturating_sub(since.elapsed());
            if left.is_zero() {
                state.held.remove(&number);
                return Err(since.elapsed());
            }
            state = self.inner.opened.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for WaitFor {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.gate.lock();
        if state.held.len() >= self.threads {
            return Poll::Ready(());
        }
        keep(&mut state.wakers, cx.waker());
        Poll::Pending
    }
}

impl Future for Attend {
    type Output = std::convert::Infallible;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.gate.let_through(usize::MAX);
        let mut state = self.gate.lock();
        if !state.held.is_empty() {
            // Somebody came between the two locks.
            cx.waker().wake_by_ref();
        }
        keep(&mut state.wakers, cx.waker());
        Poll::Pending
    }
}

fn keep(wakers: &mut Vec<Waker>, waker: &Waker) {
    if !wakers.iter().any(|kept| kept.will_wake(waker)) {
        wakers.push(waker.clone());
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Gate").field("open", &state.open).field("held", &state.held.len()).finish_non_exhaustive()
    }
}
