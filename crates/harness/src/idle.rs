//! Time in which nothing happens: who waits to be woken has no turn in it, and who looks again and again has many.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

/// Runs `code` with tokio's paused clock held still, as a job of the blocking pool does. A thread of the learner's own does
/// not hold it, and the clock would run away while that thread works.
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn with_the_clock_held<T>(code: impl Future<Output = T>) -> T {
    let (done, wait) = mpsc::channel::<()>();
    let job = tokio::task::spawn_blocking(move || wait.recv());
    let value = code.await;
    drop(done);
    let _ = job.await;
    value
}

/// Moves tokio's paused clock on by this much, in a hundred steps: a timer of the learner's that looks whether something has
/// happened has a look at each of them.
///
/// ```
/// use harness::{Check, counting_polls, nothing_happens_for, secs};
/// use std::{cell::Cell, time::Duration};
/// use tokio::{join, sync::Notify, time::sleep};
///
/// let run = Check::new().run(async || {
///     let (says, polls) = (Notify::new(), [Cell::new(0), Cell::new(0)]);
///     let waits = counting_polls(&polls[0], says.notified());
///     let looks = counting_polls(&polls[1], async {
///         for _ in 0..100 {
///             sleep(Duration::from_millis(100)).await;
///         }
///     });
///     let opens = async {
///         nothing_happens_for(secs(10.0)).await;
///         says.notify_one();
///     };
///     join!(waits, looks, opens);
///     polls.map(Cell::into_inner)
/// });
/// let [waits, looks] = *run.value();
/// assert_eq!(waits, 2);
/// assert!(looks > 90);
/// ```
///
/// # Panics
/// Where the clock is not paused.
pub async fn nothing_happens_for(time: Duration) {
    for _ in 0..STEPS {
        tokio::time::advance(time / STEPS).await;
    }
}

const STEPS: u32 = 100;

/// Twenty milliseconds of real time, in which tokio's paused clock stands still: what goes on by itself on another thread can
/// show it, and what waits waits however long this is. So a check may use it to catch who does too much, and never as the
/// time in which something has to be done.
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn a_moment() {
    let _ = tokio::task::spawn_blocking(|| thread::sleep(Duration::from_millis(20))).await;
}

/// Counts the polls of this future, which is [polled when it was woken](when_woken).
pub async fn counting_polls<F: Future>(polls: &Cell<usize>, future: F) -> F::Output {
    let mut future = pin!(future);
    when_woken(poll_fn(|context| {
        polls.set(polls.get() + 1);
        future.as_mut().poll(context)
    }))
    .await
}

/// This future, polled when it was woken, and not whenever its neighbours in a `join!` are.
pub async fn when_woken<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let own = Arc::new(Own { woken: AtomicBool::new(true), task: Mutex::new(Waker::noop().clone()) });
    let waker = Waker::from(Arc::clone(&own));
    poll_fn(|context| {
        // First the one to be told, then the question: who wakes in between tells the one who asks.
        own.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(context.waker());
        if !own.woken.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

/// The waker of one future among several of a task.
struct Own {
    woken: AtomicBool,
    /// The newest waker of that task.
    task: Mutex<Waker>,
}

impl Wake for Own {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        task.wake();
    }
}
