//! Trap: both futures are a bare `sleep`, as if no future did anything before its first poll.
//! Caught by: two_rests_in_turn_take_200_ms
//! Says: `sleep` looks at the clock when it is *called*

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
    Box::pin(sleep(pause))
}
