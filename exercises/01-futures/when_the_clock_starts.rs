//! # When the clock starts
//!
//! The app shows a notice some time after the user's click, and it rests for some time between two requests. The time
//! of a `notice` counts from the call of the function, however late somebody begins to wait. The time of a `rest`
//! counts from the moment at which somebody begins to wait. While it waits, a pause does not ask to be polled: one timer
//! wakes its task, when the time has come. A pause may be of no time at all.
//!
//! Run: `cargo workbook check 01-futures/when_the_clock_starts` · Read: book, chapter 1, Two clocks · 10 min

use std::{pin::Pin, time::Duration};

use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    todo!("a future whose clock starts now")
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    todo!("a future whose clock starts when it is polled for the first time")
}

#[path = "checks/when_the_clock_starts.rs"]
mod checks;
