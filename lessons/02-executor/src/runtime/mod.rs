//! The runtime: all six ideas in one, and fast.
//!
//! ```
//! use lesson_02_executor::runtime;
//! use std::time::Duration;
//!
//! let answer = runtime::block_on(async {
//!     let slow = runtime::spawn(async {
//!         runtime::sleep(Duration::from_millis(2)).await;
//!         "slow"
//!     });
//!     let quick = runtime::spawn(async { "quick" });
//!     (slow.await.unwrap(), quick.await.unwrap())
//! });
//! assert_eq!(answer, ("slow", "quick"));
//! ```
//!
//! # How it works
//! One thread runs everything. A task is in one of four states:
//!
//! ```text
//!            spawn                     ready, panic, or abort
//!              │                     ┌───────────────────────► finished ──► gone
//!              ▼        turn         │                         (result      (the handle took the result,
//!   wake ──► queued ──────────► being polled                    waits)       or was dropped, or `block_on` ended)
//!              ▲                     │
//!              └───── waiting ◄──────┘ pending
//!               wake
//! ```
//!
//! The run queue is first in, first out, and holds a task at most once. When it is empty, the thread sleeps until the
//! next timer is due or another thread wakes a task.
//!
//! What makes it faster than the stages: the tasks lie in one vector, and a waker carries a *place* in it instead of the
//! task. Futures need no lock and no `Send`; `wake_by_ref` on the runtime's own thread changes nothing atomic. And a
//! turn is short enough that its calls count: what it passes through and is called from several places bears `#[inline]`,
//! where a count of the instructions has shown that it pays.
//!
//! # The one rule inside
//! All state is behind one `RefCell`, and **no code of yours runs while it is borrowed**. Your code is: polling a future,
//! dropping a future or an output, and cloning, calling or dropping a waker (a combinator may bring its own). So a
//! destructor may spawn, wake, or drop a handle, and nothing is borrowed twice.
//!
//! # What it leaves out
//! Sockets (lesson 13), more than one thread, blocking work on other threads (lesson 7), and tasks that live on after
//! `block_on` returns. tokio has all of them, and they are a part of what it spends its time on.
//!
//! # Reading order
//! `task` and `tasks`, what is run and where it lives; `waker`, what a wake does; `executor`, the state; `run` and `idle`,
//! the loop; `join`, handles; `timers` and `sleep`, time; `coop`, fairness; `deadlock`, the report; `shutdown`, the end;
//! `builder` and `recorder`, the options.

mod task;

mod tasks;

mod waker;

mod executor;

mod run;

mod idle;

mod join;

mod timers;

mod sleep;

mod coop;

mod deadlock;

mod shutdown;

mod builder;

mod recorder;

mod recorder_json;

use std::{panic::Location, rc::Rc, time::Duration};

pub use builder::{Builder, Runtime};
pub use coop::{YieldNow, consume_budget, yield_now};
pub use deadlock::{Deadlock, StuckTask, WaitsFor};
pub use join::{JoinError, JoinHandle};
pub use recorder::{Event, Outcome, Recorder, Step, WokenBy};
pub use sleep::{Sleep, sleep, sleep_until};

use executor::Executor;
use task::{Stage, Task};

/// Runs a future, and every task it spawns, on this thread and the real clock. Returns the future's output.
///
/// Tasks that are not finished by then are dropped. [`Builder`] has the virtual clock and the recorder.
///
/// # Panics
/// If this thread already runs a runtime; if the future panics; and on a [`Deadlock`], with its report.
///
/// ```
/// assert_eq!(lesson_02_executor::runtime::block_on(async { 1 + 1 }), 2);
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    Builder::new().build().block_on(future)
}

/// Starts a task. It first runs when the tasks that are queued before it have had their turn.
///
/// Neither the future nor its output needs `Send`. Dropping the handle detaches the task: it runs on.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// use std::rc::Rc;
/// use lesson_02_executor::runtime::{block_on, spawn};
///
/// let tokens = Rc::new(["to", "ken"]);
/// let task_tokens = Rc::clone(&tokens);
/// let text = block_on(async { spawn(async move { task_tokens.concat() }).await });
/// assert_eq!(text.unwrap(), "token");
/// ```
#[track_caller]
pub fn spawn<F: Future<Output: 'static> + 'static>(future: F) -> JoinHandle<F::Output> {
    start(future, None)
}

/// [`spawn`], with a name for the deadlock report and the recorder.
///
/// ```
/// use lesson_02_executor::runtime::{Builder, spawn_named};
///
/// let stuck = Builder::new().virtual_clock().build().try_block_on(async {
///     spawn_named("reader", std::future::pending::<()>()).await
/// });
/// assert!(stuck.unwrap_err().to_string().contains("\n- reader ("));
/// ```
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn spawn_named<F: Future<Output: 'static> + 'static>(
    name: &str,
    future: F,
) -> JoinHandle<F::Output> {
    start(future, Some(name.into()))
}

#[track_caller]
fn start<F: Future<Output: 'static> + 'static>(
    future: F,
    name: Option<Box<str>>,
) -> JoinHandle<F::Output> {
    let spawned_at = Location::caller();
    let future = Box::pin(future);
    let task = Task::new(Stage::Idle(future), name, spawned_at);
    Executor::with("spawn", |executor| {
        JoinHandle::new(Rc::clone(executor), executor.start(task))
    })
}

/// The time since the runtime began, on its clock.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// use lesson_02_executor::runtime::{Builder, now, sleep};
/// use std::time::Duration;
///
/// let a_day = Duration::from_secs(86_400);
/// Builder::new().virtual_clock().build().block_on(async {
///     sleep(a_day).await;
///     assert_eq!(now(), a_day);
/// });
/// ```
#[track_caller]
pub fn now() -> Duration {
    Executor::with("now", |executor| {
        Duration::from_nanos(executor.core.borrow_mut().read_clock())
    })
}
