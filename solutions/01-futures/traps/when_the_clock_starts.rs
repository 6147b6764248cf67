//! # When the clock starts: what people write
//!
//! Each module holds only what differs from the solution, `../when_the_clock_starts.rs`.

/// Trap: `poll_fn` makes a new `sleep` at every poll and drops it at the end of the poll.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: dropped when the poll returns
mod a_new_timer_at_every_poll {
    use std::future::poll_fn;

    pub fn rest(pause: Duration) -> Pause {
        Box::pin(poll_fn(move |cx| Box::pin(sleep(pause)).as_mut().poll(cx)))
    }
}

/// Trap: every poll that finds the timer still running puts a new one in its place.
/// Caught by: more_polls_do_not_make_a_rest_longer
/// Says: the run took 0.360 s
/// Says: Only its first poll starts the clock
mod a_new_timer_whenever_it_is_not_over {
    use std::{future::poll_fn, task::Poll};
    use tokio::time::Sleep;

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
}

/// Trap: both futures are a bare `sleep`, as if no future did anything before its first poll.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: `sleep` looks at the clock when it is *called*
mod everything_at_the_call {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(sleep(pause))
    }
}

/// Trap: both sleeps stand in an `async` block, so both clocks start at the first poll.
/// Caught by: two_notices_made_first_take_100_ms
/// Says: The body of an `async` block runs at the first poll
/// Says: the run took 0.200 s
mod everything_in_async_blocks {
    pub fn notice(after: Duration) -> Pause {
        Box::pin(async move { sleep(after).await })
    }
}

/// Trap: the future looks at the clock, yields, and looks again. The task is always ready, so the clock never gets its turn.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: never waits
mod looks_again_and_again {
    use tokio::time::Instant;

    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            let start = Instant::now();
            while start.elapsed() < pause {
                tokio::task::yield_now().await;
            }
        })
    }
}

/// Trap: the `async` block of `rest` awaits a sleep that was made before the block.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: the first rest is over at 100 ms, the second one at 100 ms
mod sleep_made_before_the_block {
    pub fn rest(pause: Duration) -> Pause {
        let sleep = sleep(pause);
        Box::pin(async move { sleep.await })
    }
}

/// Trap: `std::thread::sleep` holds the thread, and virtual time stands still.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: the clock has not moved at all
/// Says: `std::thread::sleep` stops the thread
mod the_thread_sleeps {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move { std::thread::sleep(pause) })
    }
}
