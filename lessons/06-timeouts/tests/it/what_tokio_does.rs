//! What the chapter says of tokio, each sentence as a program. Where a version does something else, a test turns red, and the
//! chapter must change.

use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use runs::secs;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{
        Instant, MissedTickBehavior, error::Elapsed, interval, interval_at, sleep, timeout,
        timeout_at,
    },
};

/// Sets a flag when it is dropped.
struct Gone(Arc<AtomicBool>);

impl Gone {
    fn new() -> (Self, Arc<AtomicBool>) {
        let flag = Arc::new(AtomicBool::new(false));
        (Self(Arc::clone(&flag)), flag)
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Ready at the same instant: the future is polled first, and wins.
#[tokio::test(start_paused = true)]
async fn a_timeout_asks_its_future_first() {
    assert!(timeout(secs(2.0), sleep(secs(2.0))).await.is_ok());
    assert!(timeout(Duration::ZERO, async {}).await.is_ok());
    let past = Instant::now();
    sleep(secs(1.0)).await;
    assert!(timeout_at(past, async {}).await.is_ok());
    assert!(timeout_at(past, pending::<()>()).await.is_err());
}

/// The clock starts when `timeout` is called. The future in it starts at its first poll.
#[tokio::test(start_paused = true)]
async fn the_clock_of_a_timeout_starts_when_it_is_made() {
    let start = Instant::now();
    let limited = timeout(secs(2.0), async { sleep(secs(1.0)).await });
    sleep(secs(1.5)).await;
    assert!(limited.await.is_err());
    assert_eq!(start.elapsed(), secs(2.0));
}

/// An endless limit is one: no panic, and no overflow.
#[tokio::test(start_paused = true)]
async fn the_longest_limit_is_never_over() {
    let start = Instant::now();
    assert!(timeout(Duration::MAX, sleep(secs(86_400.0))).await.is_ok());
    assert_eq!(start.elapsed(), secs(86_400.0));
}

/// When the limit is over, the future is still there until the timeout is dropped. `timeout(..).await` drops it in the same line.
#[tokio::test(start_paused = true)]
async fn the_future_goes_with_the_timeout() {
    let (gone, is_gone) = Gone::new();
    let mut limited = Box::pin(timeout(secs(1.0), async move {
        let _gone = gone;
        pending::<()>().await;
    }));
    assert!(limited.as_mut().await.is_err());
    assert!(!is_gone.load(Ordering::SeqCst));
    drop(limited);
    assert!(is_gone.load(Ordering::SeqCst));

    let (gone, is_gone) = Gone::new();
    let work = async move {
        let _gone = gone;
        pending::<()>().await;
    };
    let _ = timeout(secs(1.0), work).await;
    assert!(is_gone.load(Ordering::SeqCst));
}

/// What the future owns is dropped in the reverse order of its making, as at the end of a function.
#[tokio::test(start_paused = true)]
async fn a_dropped_future_drops_the_latest_first() {
    struct Writes(&'static str, mpsc::UnboundedSender<&'static str>);
    impl Drop for Writes {
        fn drop(&mut self) {
            let _ = self.1.send(self.0);
        }
    }
    let (sender, mut dropped) = mpsc::unbounded_channel();
    let work = async move {
        let _first = Writes("first", sender.clone());
        let _second = Writes("second", sender);
        pending::<()>().await;
    };
    let _ = timeout(secs(1.0), work).await;
    assert_eq!(
        (dropped.recv().await, dropped.recv().await),
        (Some("second"), Some("first"))
    );
}

/// A timeout round a `JoinHandle` gives up the handle, and the task goes on.
#[tokio::test(start_paused = true)]
async fn a_timeout_round_a_handle_leaves_the_task_alone() {
    let (gone, is_gone) = Gone::new();
    let task = tokio::spawn(async move {
        let _gone = gone;
        sleep(secs(3.0)).await;
    });
    assert!(timeout(secs(1.0), task).await.is_err());
    assert!(!is_gone.load(Ordering::SeqCst));
    sleep(secs(3.0)).await;
    assert!(is_gone.load(Ordering::SeqCst));
}

/// A finished `Sleep` that is polled again is ready, without end. `reset` makes it new.
#[tokio::test(start_paused = true)]
async fn a_finished_sleep_is_ready_for_ever() {
    let start = Instant::now();
    let mut nap = pin!(sleep(secs(1.0)));
    for _ in 0..5000 {
        nap.as_mut().await;
    }
    assert_eq!(start.elapsed(), secs(1.0));
    nap.as_mut().reset(Instant::now() + secs(2.0));
    nap.await;
    assert_eq!(start.elapsed(), secs(3.0));
}

/// `Elapsed` says nothing but that it is over.
#[tokio::test(start_paused = true)]
async fn elapsed_says_that_the_deadline_has_elapsed() {
    let elapsed: Elapsed =
        timeout(secs(1.0), pending::<()>()).await.expect_err("it never ends");
    assert_eq!(elapsed.to_string(), "deadline has elapsed");
    assert_eq!(std::io::Error::from(elapsed).kind(), std::io::ErrorKind::TimedOut);
}

/// The first tick of `interval` comes at once, that of `interval_at` when it says.
#[tokio::test(start_paused = true)]
async fn the_first_tick_comes_at_once() {
    let start = Instant::now();
    interval(secs(1.0)).tick().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    interval_at(start + secs(1.0), secs(1.0)).tick().await;
    assert_eq!(start.elapsed(), secs(1.0));
}

/// Without a word, an interval bursts.
#[tokio::test(start_paused = true)]
async fn an_interval_bursts_unless_it_is_told() {
    assert_eq!(MissedTickBehavior::default(), MissedTickBehavior::Burst);
    assert_eq!(interval(secs(1.0)).missed_tick_behavior(), MissedTickBehavior::Burst);
}

/// Up to 5 ms late is not late: the schedule stays as it is, also with `Delay`.
#[tokio::test(start_paused = true)]
async fn five_milliseconds_are_not_late() {
    for (away, second) in [(0.105, 0.2), (0.106, 0.206)] {
        let start = Instant::now();
        let mut ticks = interval(secs(0.1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        sleep(secs(away)).await;
        ticks.tick().await;
        ticks.tick().await;
        assert_eq!(start.elapsed(), secs(second), "away for {away}");
    }
}

/// What a tick gives is the instant at which it was due, not the present one.
#[tokio::test(start_paused = true)]
async fn a_tick_gives_the_instant_at_which_it_was_due() {
    let start = Instant::now();
    let mut ticks = interval(secs(0.1));
    ticks.tick().await;
    sleep(secs(0.35)).await;
    assert_eq!(ticks.tick().await - start, secs(0.1));
    ticks.reset();
    assert_eq!(ticks.tick().await - start, secs(0.45));
    assert_eq!(start.elapsed(), secs(0.45));
}

/// A tick that loses in `select!` is not lost.
#[tokio::test(start_paused = true)]
async fn a_tick_is_cancel_safe() {
    let start = Instant::now();
    let mut ticks = interval(secs(1.0));
    ticks.tick().await;
    for _ in 0..3 {
        assert!(timeout(secs(0.3), ticks.tick()).await.is_err());
    }
    ticks.tick().await;
    assert_eq!(start.elapsed(), secs(1.0));
}

/// `abort` is a request: what the task holds is dropped when the runtime comes to it.
#[tokio::test]
async fn what_an_aborted_task_holds_goes_when_it_has_ended() {
    let (gone, is_gone) = Gone::new();
    let task = tokio::spawn(async move {
        let _gone = gone;
        pending::<()>().await;
    });
    tokio::task::yield_now().await;
    task.abort();
    assert!(!is_gone.load(Ordering::SeqCst));
    assert!(task.await.expect_err("it never ends by itself").is_cancelled());
    assert!(is_gone.load(Ordering::SeqCst));
}

/// A task that has ended before the abort gives its result all the same.
#[tokio::test]
async fn an_abort_that_comes_too_late_changes_nothing() {
    let task = tokio::spawn(async { 7 });
    tokio::task::yield_now().await;
    task.abort();
    assert_eq!(task.await.expect("it had ended"), 7);
}

/// A task that was never polled is dropped unpolled.
#[tokio::test]
async fn a_task_can_be_aborted_before_its_first_poll() {
    let (gone, is_gone) = Gone::new();
    let ran = Arc::new(AtomicBool::new(false));
    let task = tokio::spawn({
        let ran = Arc::clone(&ran);
        async move {
            let _gone = gone;
            ran.store(true, Ordering::SeqCst);
        }
    });
    task.abort();
    assert!(task.await.expect_err("it has not begun").is_cancelled());
    assert_eq!((ran.load(Ordering::SeqCst), is_gone.load(Ordering::SeqCst)), (false, true));
}

/// An abort cannot stop a poll: a task that never awaits runs to its end, and its abort is for nothing.
#[tokio::test]
async fn an_abort_cannot_stop_a_poll() {
    let (report, mut reports) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        for number in 0..100 {
            let _ = report.send(number);
        }
        100
    });
    let handle = task.abort_handle();
    tokio::spawn(async move {
        reports.recv().await;
        handle.abort();
    });
    assert_eq!(task.await.expect("the abort came after its only poll"), 100);
}

/// The end of a `JoinSet` is the end of its tasks. The end of a handle is not.
#[tokio::test]
async fn a_dropped_set_aborts_and_a_dropped_handle_detaches() {
    let (gone, is_gone) = Gone::new();
    let mut set = JoinSet::new();
    set.spawn(async move {
        let _gone = gone;
        pending::<()>().await;
    });
    tokio::task::yield_now().await;
    drop(set);
    tokio::task::yield_now().await;
    assert!(is_gone.load(Ordering::SeqCst));

    let (gone, is_gone) = Gone::new();
    drop(tokio::spawn(async move {
        let _gone = gone;
        sleep(Duration::from_secs(3600)).await;
    }));
    tokio::task::yield_now().await;
    assert!(!is_gone.load(Ordering::SeqCst));
}

/// A runtime that is dropped drops its tasks, a detached one too, at their `.await`: nothing is awaited any more.
#[test]
fn a_shutdown_ends_what_was_detached() {
    let (gone, is_gone) = Gone::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        tokio::spawn(async move {
            let _gone = gone;
            sleep(Duration::from_secs(3600)).await;
        });
        tokio::task::yield_now().await;
    });
    assert!(!is_gone.load(Ordering::SeqCst));
    drop(runtime);
    assert!(is_gone.load(Ordering::SeqCst));
}
