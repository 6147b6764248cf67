//! Trap: every poll that finds the timer still running puts a new one in its place.
//! Caught by: more_polls_do_not_make_a_rest_longer
//! Says: the run took 0.360 s
//! Says: Only its first poll starts the clock

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::time::{Sleep, sleep};

/// A future of any kind, behind a pointer. `Box::pin(future)` makes one.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Is ready `after` this call.
pub fn notice(after: Duration) -> Pause {
    Box::pin(sleep(after))
}

/// Is ready `pause` after its first poll.
pub fn rest(pause: Duration) -> Pause {
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    Box::pin(poll_fn(move |cx| {
        let is_over = timer.as_mut().is_some_and(|timer| timer.as_mut().poll(cx).is_ready());
        if is_over {
            return Poll::Ready(());
        }
        timer.insert(Box::pin(sleep(pause))).as_mut().poll(cx)
    }))
}
