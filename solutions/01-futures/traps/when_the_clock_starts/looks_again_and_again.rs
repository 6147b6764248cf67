//! Trap: the future looks at the clock, yields, and looks again. The task is always ready, so the clock never gets its turn.
//! Caught by: two_rests_in_turn_take_200_ms
//! Says: polls without end
//! Says: never waits

use std::{pin::Pin, time::Duration};

use tokio::time::{Instant, sleep};

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(sleep(after))
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(async move {
        let start = Instant::now();
        while start.elapsed() < pause {
            tokio::task::yield_now().await;
        }
    })
}
