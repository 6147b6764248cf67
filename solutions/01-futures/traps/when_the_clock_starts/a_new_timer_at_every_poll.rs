//! Trap: `poll_fn` makes a new `sleep` at every poll and drops it at the end of the poll.
//! Caught by: two_rests_in_turn_take_200_ms
//! Says: dropped when the poll returns

use std::{future::poll_fn, pin::Pin, time::Duration};

use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(sleep(after))
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(poll_fn(move |cx| Box::pin(sleep(pause)).as_mut().poll(cx)))
}
