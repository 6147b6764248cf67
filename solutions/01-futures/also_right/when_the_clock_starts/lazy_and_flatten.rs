//! Also right: `lazy` of the futures crate calls its closure at the first poll.

use std::{pin::Pin, time::Duration};

use futures::{FutureExt, future::lazy};
use tokio::time::sleep;

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    let timer = sleep(after);
    timer.boxed()
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    lazy(move |_| sleep(pause)).flatten().boxed()
}
