//! Where the mock's time comes from: the seam between the model and a runtime.
//!
//! The model needs two things of a runtime: what time it is, and a future that is ready later. With these two behind a
//! trait, the same model streams on tokio, on tokio's paused clock, and on a runtime that you wrote yourself.

use std::{fmt, future::Future, pin::Pin, sync::OnceLock, time::Duration};

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
}

/// tokio's clock: the paused one in a test, the real one in a program. The default.
///
/// Its origin is the first instant that anybody asks for, so a mock may be built before the runtime is. tokio's timers
/// have a resolution of one millisecond and round up: latencies in whole milliseconds are exact on a paused clock.
///
/// # Panics
/// [`sleep_until`](Clock::sleep_until) panics outside a tokio runtime with its timer enabled.
#[derive(Debug, Default)]
pub struct TokioClock {
    origin: OnceLock<tokio::time::Instant>,
}

impl TokioClock {
    fn origin(&self) -> tokio::time::Instant {
        *self.origin.get_or_init(tokio::time::Instant::now)
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.origin().elapsed()
    }

    fn sleep_until(&self, deadline: Duration) -> Sleep {
        // An instant that no clock will see, where a script asks for one: about 30 years from now.
        let far_future = Duration::from_secs(86_400 * 365 * 30);
        let origin = self.origin();
        Box::pin(tokio::time::sleep_until(origin.checked_add(deadline).unwrap_or(origin + far_future)))
    }
}
