//! # When the clock starts: a solution
//!
//! "A future does nothing until it is polled" is about the body of an `async fn` or an `async` block. `sleep` is an
//! ordinary function: it runs when it is called, looks at the clock, and returns a future that knows its deadline. What
//! waits for the first poll is only the registration with the timer.
//!
//! So `sleep(after)` outside of every `async` block counts from the call, and the same line inside of one counts from
//! the first poll. Ask of each function that returns a future: what does it do when it is called? The signature does
//! not say. The documentation should.
//!
//! Also right: `sleep_until` with a deadline that is taken at the call; for `rest` a `poll_fn` or a type of your own
//! that makes its `Sleep` at the first poll and keeps it.

use std::{pin::Pin, time::Duration};

use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(sleep(after))
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(async move { sleep(pause).await })
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/01-futures/checks/when_the_clock_starts.rs"]
mod checks;
