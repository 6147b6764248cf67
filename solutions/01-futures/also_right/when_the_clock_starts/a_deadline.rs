//! Also right: the call takes the deadline, and the block waits for it.

use std::{pin::Pin, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    let deadline = Instant::now() + after;
    Box::pin(async move { sleep_until(deadline).await })
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(async move { sleep(pause).await })
}
