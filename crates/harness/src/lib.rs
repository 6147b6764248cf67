//! What the checks of the exercises are written with.
//!
//! A check runs the learner's code under a [`Check`], then asks about the [`Finished`] run:
//!
//! ```
//! use std::time::Duration;
//! use harness::{Check, Lane, Timeline, saw};
//! use mock_llm::{MockLlm, Model};
//!
//! let llm = MockLlm::new([Model::new("atlas").time_to_first_token(Duration::from_secs(1))]);
//! let expected = Timeline::new("one call").lane(Lane::call("atlas", 0.0, 1.0));
//!
//! let run = Check::new().draws(&llm).expects(expected).run(async || llm.complete("Hello").await);
//!
//! run.takes(Duration::from_secs(1), "One call takes as long as its model.");
//! run.require(
//!     run.value().is_ok(),
//!     saw(format!("{:?}", run.value())).expected("a reply").because("The script has no faults."),
//! );
//! ```
//!
//! A checks file begins in this way:
//!
//! ```text
//! use harness::{Check, saw, test};
//! …
//! use super::ask_all;
//!
//! harness::checks!();
//! ```
//!
//! Two lines of a checks file are for all of its checks. The import of [`macro@test`] takes the place of the prelude's
//! attribute: libtest, editors and the runner see ordinary tests, and a test that the learner's code ends from within
//! (`std::process::exit(0)`, in whichever run of it) has failed, under plain `cargo test` too. [`checks!`] takes in, when it is
//! compiled, the digest of the code under test that the runner has put into the environment of the build: cargo builds
//! again when the digest is a new one, and every record of the report bears it. What runner and harness tell each other is
//! the crate `verdict`.
//!
//! The code runs on a current-thread runtime with a paused clock, so a call of one second takes no time and exactly one
//! second. A run that never ends is a verdict, not a hang:
//!
//! - The runtime has nothing left to do: the clock jumps to a deadline that is far away. That is a
//!   [`Deadlock`](Outcome::Deadlock), or a [`LostWakeUp`](Outcome::LostWakeUp) where one more poll would have helped or
//!   where nobody holds the waker.
//! - There is always something to do, without end: [`TooSlow`](Outcome::TooSlow) once a limit of virtual time is over,
//!   [`BusyLoop`](Outcome::BusyLoop) where the time does not even move on.
//! - A poll never returns: a watchdog on another thread tells a loop ([`BusyLoop`](Outcome::BusyLoop)) from a wait
//!   ([`Blocked`](Outcome::Blocked)) by whether its thread goes on working, and ends the process.
//!
//! Real time decides only that a poll that has been going on for two seconds will not return, and so for a job of
//! `spawn_blocking`, and for a call by hand. One that works has two seconds from one sign of life to the next: a poll of a
//! [`Wakes`] or a [`Trace`], a sleep that ends in an [`Outside`]. Nothing else depends on how fast the machine is.
//!
//! In reading order: [`Check`] is how a run is set up, on the `runtime`; `supervise` is the future that watches the learner's,
//! and `stuck_at` and `waits` find the line at which it hangs, and in what; `pulse` is what the `watchdog` sees, `processor`
//! and `stuck_thread` are how it looks at a thread; [`Finished`] is what a check asks of a run, with `polls`, `slow` and `left`
//! behind it; `words`, `message` and `report` are how a failure is told, to a person and to the runner; `check_function`
//! is a check from its first line to its last. [`Wakes`], [`Gate`], [`moved_at`] and [`kept_by`] are for futures that a check
//! polls by hand; [`Trace`] and [`thread`] watch an executor that the learner wrote; [`Elsewhere`] and [`in_between`] are for
//! what another thread does meanwhile.
//!
//! What it leaves out: more than one thread, and real sockets. Virtual time is exact only in process.

mod check;
mod runtime;
mod supervise;
mod stuck_at;
mod waits;
mod pulse;
mod watchdog;
mod processor;
mod stuck_thread;
mod panics;
mod finished;
mod polls;
mod slow;
mod left;
mod words;
mod message;
mod report;
mod check_function;
mod recorder;
mod tasks_in_a_poll;
mod wakes;
mod futures;
mod idle;
mod heap;
mod elsewhere;
mod lists;
mod trace;
pub mod thread;

pub use check::Check;
#[doc(hidden)]
pub use check_function::CheckFunction;
pub use elsewhere::{Elsewhere, in_between};
pub use finished::Finished;
pub use futures::{Gate, more_turns, moved_at};
pub use harness_macros::test;
pub use heap::{Kept, at_the_first_allocation, kept_by};
pub use idle::{a_moment, counting_polls, nothing_happens_for, when_woken, with_the_clock_held};
pub use lists::{Sorted, counted, numbered, odd};
pub use message::{Message, saw};
pub use recorder::{recorder, shown, shown_result};
pub use tasks_in_a_poll::TasksInAPoll;
pub use thread::Outside;
pub use timeline::{Lane, MarkKind, SpanKind, Timeline};
pub use trace::{Trace, Traced};
pub use verdict::Outcome;
pub use wakes::Wakes;

use std::time::Duration;

/// Seconds, as the story tells them: `secs(1.5)`.
///
/// # Panics
/// On a negative or not finite number.
pub fn secs(seconds: f64) -> Duration {
    Duration::from_micros((Duration::from_secs_f64(seconds).as_secs_f64() * 1e6).round() as u64)
}
