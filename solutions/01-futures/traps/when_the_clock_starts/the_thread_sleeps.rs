//! Trap: `std::thread::sleep` holds the thread, and virtual time stands still.
//! Caught by: two_rests_in_turn_take_200_ms
//! Says: the clock has not moved at all
//! Says: `std::thread::sleep` stops the thread

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
    Box::pin(async move { std::thread::sleep(pause) })
}
