//! Trap: the `async` block of `rest` awaits a sleep that was made before the block.
//! Caught by: two_rests_in_turn_take_200_ms
//! Says: the first rest is over at 100 ms, the second one at 100 ms

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
    let sleep = sleep(pause);
    Box::pin(async move { sleep.await })
}
