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
/// Says: `std::thread::sleep` stops a thread
mod the_thread_sleeps {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move { std::thread::sleep(pause) })
    }
}

/// Trap: the notice looks at the clock every millisecond.
/// Caught by: two_notices_made_first_take_100_ms
/// Says: polls of one pause
/// Says: One timer for the whole pause
mod notice_ticks {
    use tokio::time::Instant;

    pub fn notice(after: Duration) -> Pause {
        let start = Instant::now();
        Box::pin(async move {
            while start.elapsed() < after {
                sleep(Duration::from_millis(1)).await;
            }
        })
    }
}

/// Trap: the rest looks at the clock every millisecond.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: One timer for the whole pause
mod rest_ticks {
    use tokio::time::Instant;

    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            let start = Instant::now();
            while start.elapsed() < pause {
                sleep(Duration::from_millis(1)).await;
            }
        })
    }
}

/// Trap: a few wake-ups besides, to be on the safe side.
/// Caught by: two_notices_made_first_take_100_ms
/// Says: or a future that wakes itself
mod wakes_itself_a_few_times {
    use std::future::poll_fn;

    pub fn notice(after: Duration) -> Pause {
        let (mut timer, mut polls) = (Box::pin(sleep(after)), 0);
        Box::pin(poll_fn(move |cx| {
            polls += 1;
            if polls < 5 {
                cx.waker().wake_by_ref();
            }
            timer.as_mut().poll(cx)
        }))
    }
}

/// Trap: a task waits in place of the future, and wakes the task of the first poll.
/// Caught by: a_pause_may_move_to_another_task
/// Says: keep no waker of your own
mod the_first_waker_is_kept {
    use std::{
        future::poll_fn,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        task::Poll,
    };

    pub fn rest(pause: Duration) -> Pause {
        let mut is_over: Option<Arc<AtomicBool>> = None;
        Box::pin(poll_fn(move |cx| {
            let is_over = is_over.get_or_insert_with(|| {
                let (is_over, waker) = (Arc::new(AtomicBool::new(false)), cx.waker().clone());
                let over = is_over.clone();
                tokio::spawn(async move {
                    sleep(pause).await;
                    over.store(true, Ordering::SeqCst);
                    waker.wake();
                });
                is_over
            });
            if is_over.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        }))
    }
}

/// Trap: it looks at the clock, and nobody wakes it when the time has come.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: it needs a timer
mod looks_once {
    use std::{future::poll_fn, task::Poll};
    use tokio::time::Instant;

    pub fn rest(pause: Duration) -> Pause {
        let start = Instant::now();
        Box::pin(poll_fn(move |_| if start.elapsed() >= pause { Poll::Ready(()) } else { Poll::Pending }))
    }
}

/// Trap: the sleep is made and not awaited.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: without its `.await` it is dropped
mod sleep_not_awaited {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            let _ = sleep(pause);
        })
    }
}

/// Trap: the sleep is raced against something that is ready.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: whatever is ready first ends the wait
mod something_else_is_ready {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            tokio::select! {
                () = sleep(pause) => {}
                () = async {} => {}
            }
        })
    }
}

/// Trap: the sleep of a thread is moved to a thread of the pool.
/// Caught by: two_rests_in_turn_take_200_ms
/// Says: stops a thread, this one or another one
mod a_thread_of_the_pool_sleeps {
    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            tokio::task::spawn_blocking(move || std::thread::sleep(pause)).await.expect("a sleep does not panic");
        })
    }
}

/// Trap: the second poll is taken for the timer: somebody has woken the task, so the time must have come.
/// Caught by: more_polls_do_not_make_a_rest_longer
/// Says: A poll does not mean that the timer has fired
mod ready_at_the_second_poll {
    use std::{future::poll_fn, task::Poll};

    pub fn rest(pause: Duration) -> Pause {
        let mut timer = None;
        Box::pin(poll_fn(move |cx| {
            if timer.is_some() {
                return Poll::Ready(());
            }
            timer.insert(Box::pin(sleep(pause))).as_mut().poll(cx)
        }))
    }
}

/// Trap: an `interval` in place of a `sleep`. It panics where there is no time between two ticks.
/// Caught by: a_pause_may_be_of_no_time
/// Says: it panics for a period of zero
mod the_second_tick_of_an_interval {
    use tokio::time::interval;

    pub fn rest(pause: Duration) -> Pause {
        Box::pin(async move {
            let mut ticks = interval(pause);
            ticks.tick().await;
            ticks.tick().await;
        })
    }
}
