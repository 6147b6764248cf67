//! Also right: a hand-written future makes its timer at the first poll and keeps it.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Sleep, sleep};

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(sleep(after))
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    Box::pin(Rest::Begins(pause))
}

/// The timer is behind a pointer, so the rest may be moved.
enum Rest {
    Begins(Duration),
    Waits(Pin<Box<Sleep>>),
}

impl Future for Rest {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut *self {
                Rest::Begins(pause) => *self = Rest::Waits(Box::pin(sleep(*pause))),
                Rest::Waits(timer) => return timer.as_mut().poll(cx),
            }
        }
    }
}
