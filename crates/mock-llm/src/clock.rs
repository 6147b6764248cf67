//! Where the mock's time comes from: the seam between the model and a runtime.
//!
//! The model needs two things of a runtime: what time it is, and a future that is ready later. With these two behind a
//! trait, the same model streams on tokio, on tokio's paused clock, and on a runtime that you wrote yourself.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Waker},
    thread::{self, ThreadId},
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

/// A future that is ready when its deadline has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the mock asks of a runtime.
///
/// ```
/// use std::time::{Duration, Instant};
/// use mock_llm::{Clock, Sleep};
///
/// /// Real time, and a thread for every sleep: slow, but it needs no runtime at all.
/// #[derive(Debug)]
/// struct ThreadClock(Instant);
///
/// impl Clock for ThreadClock {
///     fn now(&self) -> Duration {
///         self.0.elapsed()
///     }
///
///     fn sleep_until(&self, deadline: Duration) -> Sleep {
///         let pause = deadline.saturating_sub(self.now());
///         let (done, wait) = futures::channel::oneshot::channel();
///         std::thread::spawn(move || {
///             std::thread::sleep(pause);
///             let _ = done.send(());
///         });
///         Box::pin(async move {
///             let _ = wait.await;
///         })
///     }
/// }
/// # let clock = ThreadClock(Instant::now());
/// # futures::executor::block_on(clock.sleep_until(Duration::from_millis(1)));
/// # assert!(clock.now() >= Duration::from_millis(1));
/// ```
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// The time since an origin that stays the same for the life of the clock.
    fn now(&self) -> Duration;

    /// A future that is ready once [`now`](Clock::now) has reached `deadline`. It may be dropped before that.
    fn sleep_until(&self, deadline: Duration) -> Sleep;

    /// Holds the thread until [`now`](Clock::now) has reached `deadline`: what a [blocking](crate::blocking) call does.
    ///
    /// Without further words the thread sleeps for real, so a clock that does not run by itself should say more.
    fn block_until(&self, deadline: Duration) {
        thread::sleep(deadline.saturating_sub(self.now()));
    }

    /// How much time has passed for this thread, from an origin of its own: only differences mean something.
    ///
    /// It is [`now`](Clock::now), unless `block_until` moves the clock. Then several threads move one clock, and what the
    /// others move it by is not this thread's time.
    fn time_of_this_thread(&self) -> Duration {
        self.now()
    }
}

/// A clock that a program shares with the mock. It hands on all methods, those too that have a body of their own.
impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Duration) -> Sleep {
        (**self).sleep_until(deadline)
    }

    fn block_until(&self, deadline: Duration) {
        (**self).block_until(deadline);
    }

    fn time_of_this_thread(&self) -> Duration {
        (**self).time_of_this_thread()
    }
}

/// tokio's clock: the paused one in a test, the real one in a program. The default.
///
/// Its origin is the first instant that anybody asks for, so a mock may be built before the runtime is. tokio's timers
/// have a resolution of one millisecond and round up: latencies in whole milliseconds are exact on a paused clock.
///
/// Threads that are not of the runtime, those of a pool for example, see the time of the runtime in which the clock was
/// asked first.
///
/// # Panics
/// [`sleep_until`](Clock::sleep_until) panics outside a tokio runtime with its timer enabled.
#[derive(Debug, Default)]
pub struct TokioClock {
    origin: OnceLock<Instant>,
    runtime: OnceLock<Handle>,
    moves: Mutex<Moves>,
}

/// How far blocking calls have moved a paused clock.
#[derive(Debug, Default)]
struct Moves {
    total: Duration,
    by_thread: HashMap<ThreadId, Duration>,
}

/// How far away an instant is that no clock will see, where a script asks for one: about 30 years.
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

impl TokioClock {
    fn origin(&self) -> Instant {
        *self.origin.get_or_init(Instant::now)
    }

    /// Runs `task` where tokio knows the time: on a foreign thread, as if inside the runtime.
    fn in_runtime<T>(&self, task: impl FnOnce() -> T) -> T {
        if let Ok(handle) = Handle::try_current() {
            if self.runtime.get().is_none() {
                self.runtime.get_or_init(|| handle);
            }
            return task();
        }
        let _inside = self.runtime.get().map(Handle::enter);
        task()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.in_runtime(|| self.origin().elapsed())
    }

    fn sleep_until(&self, deadline: Duration) -> Sleep {
        let origin = self.origin();
        Box::pin(tokio::time::sleep_until(origin.checked_add(deadline).unwrap_or(origin + FAR)))
    }

    fn block_until(&self, deadline: Duration) {
        self.in_runtime(|| {
            // To find out takes some time, which counts: so the clock is read after it.
            if !is_paused() {
                thread::sleep(deadline.saturating_sub(self.origin().elapsed()));
                return;
            }
            // Two threads that move the clock at once would move it twice.
            static MOVING: Mutex<()> = Mutex::new(());
            let _one_at_a_time = MOVING.lock().unwrap_or_else(PoisonError::into_inner);
            let mut moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
            // As far as a sleep would go where the instant is one that no clock will see.
            let step = deadline.saturating_sub(self.origin().elapsed()).min(FAR);
            moves.total += step;
            *moves.by_thread.entry(thread::current().id()).or_default() += step;
            // The first poll moves the clock. A second one would only yield to the event loop, which this thread holds.
            let moved = std::pin::pin!(tokio::time::advance(step));
            let _ = moved.poll(&mut Context::from_waker(Waker::noop()));
        });
    }

    fn time_of_this_thread(&self) -> Duration {
        // Under the lock, so that no move comes between the clock and the count of moves.
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let own = moves.by_thread.get(&thread::current().id()).copied().unwrap_or_default();
        // The clock of another runtime may be behind what this one was moved by.
        (self.now() + own).saturating_sub(moves.total)
    }
}

/// Whether tokio's clock stands still while real time goes by. tokio does not say, so this looks.
///
/// A running clock is the system's clock, so what it counts fits between what the system's clock counts inside and around
/// it. A paused one counts nothing, or jumps by whole milliseconds when another thread moves it. A jump may by chance fit
/// once, on a thread that was not scheduled meanwhile; it does not three times.
fn is_paused() -> bool {
    let runs = || {
        let around = std::time::Instant::now();
        let start = Instant::now();
        let inside = std::time::Instant::now();
        thread::sleep(Duration::from_micros(20));
        let at_least = inside.elapsed();
        let counted = start.elapsed();
        let at_most = around.elapsed();
        (at_least..=at_most).contains(&counted)
    };
    Handle::try_current().is_ok() && !(0..3).all(|_| runs())
}
