//! Trap: both sleeps stand in an `async` block, so both clocks start at the first poll.
//! Caught by: two_notices_made_first_take_100_ms
//! Says: The body of an `async` block runs at the first poll
//! Says: the run took 0.200 s

use std::{pin::Pin, time::Duration};

use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(async move { sleep(after).await })
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(async move { sleep(pause).await })
}
