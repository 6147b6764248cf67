//! Also right: the notice is a task that was spawned by the call.

use std::{pin::Pin, time::Duration};

use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    let task = tokio::spawn(sleep(after));
    Box::pin(async move { task.await.expect("a sleep does not panic") })
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(async move { sleep(pause).await })
}
