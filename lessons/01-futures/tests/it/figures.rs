//! The figures of the lesson, as exact virtual times and as counts of polls. S1 is the study notes; the test that pins one
//! of its figures bears its name.

use std::{
    sync::Arc,
    task::{Context, Wake, Waker},
    time::Duration,
};

use futures::future::join_all;
use lesson_01_futures::{
    bell::Bell,
    by_hand::poll_by_hand,
    countdown::{Countdown, Forgets},
    counted::counted,
    lazy::{Log, call_and_drop, call_then_await},
    recursion::{self, Tool},
    sizes,
    state_machine::{InTurn, in_turn},
    two_clocks::{async_fns_joined, async_fns_made_first, sleeps_made_first},
};
use tokio::time::{Instant, sleep, timeout};
use tokio_test::task::spawn;

async fn millis(run: impl Future) -> u128 {
    let start = Instant::now();
    run.await;
    start.elapsed().as_millis()
}

/// S1: a call alone runs nothing.
#[test]
fn s1_a_call_alone_runs_nothing() {
    let log = Log::default();
    poll_by_hand(call_then_await(&log), 1);
    assert_eq!(
        log.take(),
        ["before the call", "after the call", "the body runs", "after the await"]
    );

    poll_by_hand(call_and_drop(&log), 1);
    assert_eq!(log.take(), ["before the call", "after the drop"]);

    drop(call_then_await(&log));
    assert!(log.take().is_empty());
}

/// Two sleeps that are made first take 100 ms, two async fns that are awaited in turn take 200 ms, joined 100 ms.
#[tokio::test(start_paused = true)]
async fn two_sleeps_take_100_ms_and_two_async_fns_200_ms() {
    assert_eq!(millis(sleeps_made_first()).await, 100);
    assert_eq!(millis(async_fns_made_first()).await, 200);
    assert_eq!(millis(async_fns_joined()).await, 100);
}

/// S1: three waits of 1 s, 3 s in turn and 1 s together; and a thousand of them on one thread.
#[tokio::test(start_paused = true)]
async fn s1_a_thousand_waits_take_as_long_as_one() {
    let wait = || sleep(Duration::from_secs(1));
    assert_eq!(
        millis(async {
            for _ in 0..3 {
                wait().await;
            }
        })
        .await,
        3000
    );
    assert_eq!(millis(join_all((0..1000).map(|_| wait()))).await, 1000);
}

#[test]
fn a_countdown_from_3_is_ready_at_the_fourth_poll_and_has_woken_three_times() {
    let polls = poll_by_hand(Countdown { left: 3 }, 10);
    let told: Vec<String> = polls.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["Pending  (woken)", "Pending  (woken)", "Pending  (woken)", "Ready(\"go\")"]
    );
}

/// It would be ready at the second poll. Nobody asks for a second poll.
#[tokio::test(start_paused = true)]
async fn a_future_that_wakes_nobody_is_polled_once() {
    let mut forgets = spawn(Forgets { left: 1 });
    assert!(forgets.poll().is_pending());
    assert!(!forgets.is_woken());

    let waits = timeout(Duration::from_secs(3600), tokio::spawn(Forgets { left: 1 })).await;
    assert!(waits.is_err(), "an hour later it still hangs");
}

#[tokio::test(start_paused = true)]
async fn a_sleep_is_polled_twice_however_long_it_is() {
    for seconds in [1, 60, 86_400] {
        assert_eq!(counted(sleep(Duration::from_secs(seconds))).await, ((), 2));
    }
}

#[test]
fn a_bell_wakes_its_listener_at_every_ring_and_nobody_else() {
    let bell = Bell::default();
    let (mut three, other) = (spawn(bell.rings(3)), spawn(Bell::default().rings(1)));
    assert!(three.poll().is_pending());
    for ring in 1..=3 {
        assert!(!three.is_woken());
        bell.ring();
        assert!(three.is_woken());
        assert_eq!(three.poll().is_ready(), ring == 3);
    }
    assert!(!other.is_woken());
}

/// The waker of the first poll is of no use once another task has polled.
#[test]
fn a_bell_wakes_only_the_last_listener() {
    let bell = Bell::default();
    let rings = std::rc::Rc::new(std::cell::RefCell::new(bell.rings(1)));
    let task = || {
        let rings = rings.clone();
        spawn(std::future::poll_fn(move |cx| {
            std::pin::Pin::new(&mut *rings.borrow_mut()).poll(cx)
        }))
    };
    let (mut first, mut second) = (task(), task());
    assert!(first.poll().is_pending() && second.poll().is_pending());
    bell.ring();
    assert!(!first.is_woken() && second.is_woken());
}

/// For all small pairs: the polls of the enum by hand are those of the compiler's machine.
#[test]
fn nobody_can_tell_the_two_state_machines_apart() {
    for (first, second) in
        (0..4).flat_map(|first| (0..4).map(move |second| (first, second)))
    {
        let by_hand = poll_by_hand(InTurn::Start { first, second }, 20);
        assert_eq!(by_hand, poll_by_hand(in_turn(first, second), 20));
        assert_eq!(by_hand.len(), (first + second + 1) as usize);
    }
}

#[test]
#[should_panic(expected = "polled after it was ready")]
fn a_poll_after_the_end_panics() {
    let mut done = spawn(InTurn::Done);
    let _ = done.poll();
}

/// Exact on every machine: a countdown is a `u32`, the buffer has 4096 bytes. The rest is bounded, because the compiler
/// may lay it out as it likes.
#[test]
fn a_buffer_across_an_await_is_inside_the_future() {
    let table = sizes::table();
    let size = |name| {
        table.iter().find(|row| row.0 == name).map(|row| row.1).expect("a row of the table")
    };
    assert_eq!(size("Countdown"), 4);
    for large in ["buffer_across_the_await", "buffer_dropped", "awaits_a_large_one"] {
        assert!((4096..4096 + 64).contains(&size(large)), "{large}: {}", size(large));
    }
    for small in ["buffer_in_a_block", "awaits_a_boxed_one"] {
        assert!(size(small) < 64, "{small}: {}", size(small));
    }
}

#[test]
fn a_recursive_call_goes_as_deep_as_its_tree() {
    let chain = (0..200).fold(Tool { name: "tool", needs: vec![] }, |needed, _| Tool {
        name: "tool",
        needs: vec![needed],
    });
    assert_eq!(tokio_test::block_on(recursion::call(&chain)).len(), 201);
}

/// A waker may do anything when it is dropped, also ring the bell that had it.
#[test]
fn a_bell_drops_the_waker_of_the_poll_before_outside_of_its_borrow() {
    thread_local! {
        static BELL: Bell = Bell::default();
    }
    struct RingsWhenDropped;
    impl Wake for RingsWhenDropped {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for RingsWhenDropped {
        fn drop(&mut self) {
            BELL.with(Bell::ring);
        }
    }
    let mut rings = Box::pin(BELL.with(|bell| bell.rings(1)));
    let waker = Waker::from(Arc::new(RingsWhenDropped));
    assert!(rings.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    let mut other = Context::from_waker(Waker::noop());
    assert!(rings.as_mut().poll(&mut other).is_pending());
    assert!(
        rings.as_mut().poll(&mut other).is_ready(),
        "it rang when the waker was dropped"
    );
}
