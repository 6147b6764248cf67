//! Options: which clock, and whether to record.

use std::{fmt, panic::Location, pin::pin, rc::Rc, time::Instant};

use super::{
    deadlock::Deadlock,
    executor::Executor,
    recorder::Recorder,
    shutdown::Entered,
    task::{Stage, Task},
    timers::Clock,
};

/// Makes a [`Runtime`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    virtual_clock: bool,
    recorder: Option<Recorder>,
}

impl Builder {
    /// The real clock, and no recorder.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that starts at zero, stands still while any task can run, and otherwise jumps to the next deadline.
    ///
    /// It is for programs that wait for nothing but timers and each other: a wake from another thread has no place on a
    /// virtual clock, and when nothing is left to run, the runtime does not wait for one.
    pub fn virtual_clock(mut self) -> Self {
        self.virtual_clock = true;
        self
    }

    /// Records every step of the event loop.
    pub fn recorder(mut self, recorder: &Recorder) -> Self {
        self.recorder = Some(recorder.clone());
        self
    }

    /// The runtime, for this thread.
    pub fn build(self) -> Runtime {
        let clock = if self.virtual_clock {
            Clock::Virtual(0)
        } else {
            Clock::Real(Instant::now())
        };
        Runtime { executor: Rc::new(Executor::new(clock, self.recorder)) }
    }
}

/// Runs futures on the thread that built it, one after the other.
///
/// Its clock goes on from one to the next. Each leaves the places and the wakers of its tasks to the
/// next one: in a runtime that is kept, spawning costs about half of what it costs in a new one.
pub struct Runtime {
    executor: Rc<Executor>,
}

impl Runtime {
    /// As [`block_on`](super::block_on).
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        match self.try_block_on(future) {
            Ok(output) => output,
            Err(deadlock) => panic!("{deadlock}"),
        }
    }

    /// As [`block_on`](super::block_on), but a deadlock is an error.
    ///
    /// ```
    /// use lesson_02_executor::runtime::{Builder, WaitsFor, spawn_named};
    ///
    /// let deadlock = Builder::new().virtual_clock().build().try_block_on(async {
    ///     spawn_named("forgetful", std::future::pending::<()>()).await
    /// });
    /// let stuck = deadlock.unwrap_err().stuck;
    /// assert_eq!(stuck[0].waits_for, WaitsFor::Task("forgetful".into()));
    /// assert_eq!(stuck[1].waits_for, WaitsFor::Nobody);
    /// ```
    ///
    /// # Errors
    /// On the virtual clock, when no task is queued and no timer is set. On the real clock, when after a quiet second
    /// nobody holds a waker any more; a deadlock in which wakers are held and never called is not noticed there.
    ///
    /// # Panics
    /// If this thread already runs a runtime, and if the future panics.
    #[track_caller]
    pub fn try_block_on<F: Future>(&self, future: F) -> Result<F::Output, Deadlock> {
        let main = Task::new(Stage::Running, Some("main".into()), Location::caller());
        // Dropped in the opposite order: first the future, while its destructor can still spawn and wake; then the tasks.
        let _entered = Entered::new(&self.executor);
        let future = pin!(future);
        let main = self.executor.start(main);
        self.executor.run(main, future)
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
