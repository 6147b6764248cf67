//! A recorder on the clock of the run.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use timeline::Recorder;
use tokio::{runtime::Handle, time::Instant};

use crate::panics;

/// A recorder of futures on tokio's clock, for [`Check::draws_futures`](crate::Check::draws_futures).
///
/// Its time zero is the first thing that it records: let the first future that is polled be a recorded one. Use a new one
/// for each run. What is dropped after the runtime has gone is noted at the last instant that the runtime knew.
///
/// ```
/// use harness::{Check, recorder, secs};
/// use tokio::time::sleep;
///
/// let futures = recorder();
/// let run = Check::new().draws_futures(&futures).run(async || futures.future("a pause", sleep(secs(1.0))).await);
///
/// run.takes(secs(1.0), "A pause takes as long as it is.");
/// assert_eq!(futures.timeline("").extent(), secs(1.0));
/// assert_eq!(futures.polls("a pause"), 2);
/// ```
pub fn recorder() -> Recorder {
    let clock = Mutex::new(Clock::default());
    Recorder::new(move || clock.lock().unwrap_or_else(PoisonError::into_inner).now())
}

/// Waits for `future`, and shows how long it takes as a lane of `recorder`: from the first poll until it is ready, or is
/// dropped.
///
/// [`Recorder::future`] shows every poll and every wake besides, and to do that it stands between the future and its waker.
/// Then a future that hangs cannot be told the line at which it waits. This one leaves the waker alone.
///
/// It is for the function that the check is about: the drawing shows the end of the run where the future ends, whatever
/// the check does after that. [`shown_result`] is for one that may fail.
///
/// ```
/// use harness::{Check, recorder, secs, shown};
/// use tokio::time::sleep;
///
/// let futures = recorder();
/// let pause = async || shown(&futures, "a pause", sleep(secs(1.0))).await;
/// Check::new().draws_futures(&futures).run(pause);
///
/// assert_eq!(futures.timeline("").extent(), secs(1.0));
/// ```
pub async fn shown<T>(recorder: &Recorder, name: &str, future: impl Future<Output = T>) -> T {
    let wait = recorder.wait(name);
    let value = future.await;
    the_function_has_returned();
    wait.over();
    value
}

/// As [`shown`], for a function that may fail: the lane of one that does ends with the sign of an error.
///
/// ```
/// use harness::{Check, MarkKind, recorder, shown_result};
///
/// let futures = recorder();
/// Check::new().draws_futures(&futures).run(async || shown_result(&futures, "a try", async { Err::<(), _>("no") }).await);
///
/// assert_eq!(futures.timeline("").lanes[0].ending().and_then(|end| end.how), Some(MarkKind::Failed));
/// ```
pub async fn shown_result<T, E>(
    recorder: &Recorder,
    name: &str,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let wait = recorder.wait(name);
    let value = future.await;
    the_function_has_returned();
    if value.is_ok() {
        wait.over()
    } else {
        wait.failed()
    }
    value
}

fn the_function_has_returned() {
    if let Some(run) = panics::run_of_this_thread() {
        run.returned();
    }
}

#[derive(Debug, Default)]
struct Clock {
    origin: Option<Instant>,
    last: Duration,
}

impl Clock {
    fn now(&mut self) -> Duration {
        // Outside its runtime tokio tells the time of the machine.
        if Handle::try_current().is_ok() {
            self.last = self.origin.get_or_insert_with(Instant::now).elapsed();
        }
        self.last
    }
}
