//! What a recorder sees of a future, and what a future sees of a recorder.

use std::{
    future::{pending, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use timeline::{Lane, Mark, MarkKind, Recorder, Span, SpanKind, Timeline};
use tokio::{sync::oneshot, time};

/// A clock that stands until it is told to move.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn advance(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    fn recorder(&self) -> Recorder {
        let clock = self.clone();
        Recorder::new(move || Duration::from_millis(clock.0.load(Ordering::SeqCst)))
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn marks(run: &Timeline, lane: usize) -> Vec<(MarkKind, u128)> {
    run.lanes[lane].marks.iter().map(|mark| (mark.kind, mark.at.as_millis())).collect()
}

fn spans(run: &Timeline, lane: usize) -> Vec<(SpanKind, u128, u128)> {
    run.lanes[lane].spans.iter().map(|span| (span.kind, span.from.as_millis(), span.to.as_millis())).collect()
}

#[tokio::test(start_paused = true)]
async fn naps_are_recorded_on_the_virtual_clock() {
    let start = time::Instant::now();
    let recorder = Recorder::new(move || start.elapsed());
    let nap = |seconds| time::sleep(Duration::from_secs(seconds));
    tokio::join!(recorder.future("short", nap(1)), recorder.future("long", nap(2)));

    let lane = |name: &str, to: u64| Lane {
        name: name.to_owned(),
        spans: vec![Span { kind: SpanKind::Waiting, from: Duration::ZERO, to: Duration::from_secs(to) }],
        marks: [
            (MarkKind::Started, 0),
            (MarkKind::Polled, 0),
            (MarkKind::Woken, to),
            (MarkKind::Polled, to),
            (MarkKind::Finished, to),
        ]
        .map(|(kind, at)| Mark { kind, at: Duration::from_secs(at) })
        .to_vec(),
        steps: Vec::new(),
    };
    let run = recorder.timeline("naps");
    // `join!` may poll a branch more often than it was woken, so compare what a lane must show and count the rest.
    assert_eq!(run.lanes[0], lane("short", 1));
    assert_eq!(run.lanes[1].ending(), lane("long", 2).ending());
    assert_eq!(recorder.wakes("long"), 1);
}

#[test]
fn a_poll_during_which_the_clock_moves_is_running() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let mut polls = 0;
    let computes = poll_fn(|_| {
        polls += 1;
        clock.advance(30);
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut future = pin!(recorder.future("computes", computes));
    assert!(poll(future.as_mut()).is_pending());
    clock.advance(70);
    assert!(poll(future.as_mut()).is_ready());

    let run = recorder.timeline("");
    assert_eq!(
        spans(&run, 0),
        [(SpanKind::Running, 0, 30), (SpanKind::Waiting, 30, 100), (SpanKind::Running, 100, 130)]
    );
    assert_eq!(recorder.polls("computes"), 2);
}

#[test]
fn a_future_that_is_dropped_before_its_end_says_so() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let mut future = Box::pin(recorder.future("cancelled", pending::<()>()));
    assert!(poll(future.as_mut()).is_pending());
    clock.advance(40);
    drop(future);
    let run = recorder.timeline("");
    assert_eq!(spans(&run, 0), [(SpanKind::Waiting, 0, 40)]);
    assert_eq!(marks(&run, 0), [(MarkKind::Started, 0), (MarkKind::Polled, 0), (MarkKind::Dropped, 40)]);
}

#[test]
fn a_future_that_is_dropped_after_its_end_finished() {
    let recorder = Clock::default().recorder();
    let mut future = Box::pin(recorder.future("ready", ready(7)));
    assert_eq!(poll(future.as_mut()), Poll::Ready(7));
    drop(future);
    assert_eq!(marks(&recorder.timeline(""), 0).last(), Some(&(MarkKind::Finished, 0)));
}

#[test]
fn a_future_that_is_never_polled_never_started() {
    let recorder = Clock::default().recorder();
    drop(recorder.future("lazy", ready(())));
    assert_eq!(marks(&recorder.timeline(""), 0), [(MarkKind::Dropped, 0)]);
    assert_eq!(recorder.polls("lazy"), 0);
}

#[test]
fn a_panic_is_a_failure_and_goes_on() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let mut future = Box::pin(recorder.future(
        "panics",
        poll_fn(|_| -> Poll<()> {
            clock.advance(5);
            panic!("out of tokens")
        }),
    ));
    let payload = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).expect_err("the future panics");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"out of tokens"));
    drop(future);
    let run = recorder.timeline("");
    assert_eq!(spans(&run, 0), [(SpanKind::Running, 0, 5)]);
    assert_eq!(marks(&run, 0).last(), Some(&(MarkKind::Failed, 5)), "a drop after the panic is not a second end");
}

#[test]
fn a_future_that_has_not_ended_waits_until_now() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let mut stuck = pin!(recorder.future("stuck", pending::<()>()));
    assert!(poll(stuck.as_mut()).is_pending());
    clock.advance(90);
    assert!(poll(pin!(recorder.future("other", ready(())))).is_ready());
    assert_eq!(spans(&recorder.timeline(""), 0), [(SpanKind::Waiting, 0, 90)]);
}

/// A future that keeps its waker and replaces it only when `will_wake` says that it must, as channels and timers do.
#[test]
fn a_future_sees_the_same_waker_while_the_task_keeps_its_own() {
    let recorder = Clock::default().recorder();
    let seen: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let keeps = poll_fn(|context| {
        let mut seen = seen.lock().expect("no poll panics");
        if seen.last().is_none_or(|waker| !waker.will_wake(context.waker())) {
            seen.push(context.waker().clone());
        }
        Poll::<()>::Pending
    });
    let mut future = pin!(recorder.future("keeps", keeps));
    let task = Waker::from(Arc::new(CountsWakes::default()));
    for _ in 0..3 {
        assert!(future.as_mut().poll(&mut Context::from_waker(&task)).is_pending());
        assert!(future.as_mut().poll(&mut Context::from_waker(&task.clone())).is_pending());
    }
    assert_eq!(seen.lock().expect("no poll panics").len(), 1);

    let other_task = Waker::from(Arc::new(CountsWakes::default()));
    assert!(future.as_mut().poll(&mut Context::from_waker(&other_task)).is_pending());
    assert_eq!(seen.lock().expect("no poll panics").len(), 2);
}

#[derive(Default)]
struct CountsWakes(AtomicU64);

impl std::task::Wake for CountsWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn every_use_of_the_waker_wakes_the_task_once_and_is_counted() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let (send, receive) = oneshot::channel();
    let mut future = pin!(recorder.future("receives", receive));
    let counts = Arc::new(CountsWakes::default());
    let task = Waker::from(Arc::clone(&counts));
    assert!(future.as_mut().poll(&mut Context::from_waker(&task)).is_pending());

    clock.advance(10);
    std::thread::spawn(move || send.send(7)).join().expect("the thread does not panic").expect("the receiver lives");
    assert_eq!(counts.0.load(Ordering::SeqCst), 1);
    assert_eq!(recorder.wakes("receives"), 1);
    assert_eq!(future.as_mut().poll(&mut Context::from_waker(&task)), Poll::Ready(Ok(7)));
    let run = recorder.timeline("");
    let expected = [
        (MarkKind::Started, 0),
        (MarkKind::Polled, 0),
        (MarkKind::Woken, 10),
        (MarkKind::Polled, 10),
        (MarkKind::Finished, 10),
    ];
    assert_eq!(marks(&run, 0), expected);
}

#[test]
fn the_memory_of_a_future_that_spins_is_bounded_and_its_counts_are_exact() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let spins = poll_fn(|context| {
        clock.advance(1);
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    });
    let mut future = pin!(recorder.future("spins", spins));
    for _ in 0..20_000 {
        assert!(poll(future.as_mut()).is_pending());
        clock.advance(1);
    }
    assert_eq!((recorder.polls("spins"), recorder.wakes("spins")), (20_000, 20_000));
    let run = recorder.timeline("");
    assert_eq!(run.lanes[0].spans.len(), 4096);
    assert_eq!(run.lanes[0].marks.len(), 1 + 2 * 4096);
    assert_eq!(run.extent(), Duration::from_millis(39_999));
}

#[test]
fn futures_of_one_name_are_counted_together_and_drawn_apart() {
    let recorder = Clock::default().recorder();
    for _ in 0..3 {
        assert!(poll(pin!(recorder.future("call", ready(())))).is_ready());
    }
    assert_eq!(recorder.polls("call"), 3);
    assert_eq!(recorder.timeline("").lanes.len(), 3);
    assert_eq!(recorder.polls("another"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_on_several_threads_share_one_recorder() {
    let recorder = Clock::default().recorder();
    let yields = |count| async move {
        for _ in 0..count {
            tokio::task::yield_now().await;
        }
    };
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(recorder.future("task", yields(100)))).collect();
    for task in tasks {
        task.await.expect("no task panics");
    }
    // One poll to begin with, and one more for each of the hundred times that the task yields.
    assert_eq!(recorder.polls("task"), 8 * 101);
    assert_eq!(recorder.wakes("task"), 8 * 100);
}

#[test]
fn a_queue_that_is_empty_again_is_empty_after_thousands_of_changes_too() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let depth = recorder.gauge("queue", None);
    for change in 0..10_000 {
        clock.advance(1);
        depth.set(match change {
            5_000 => 7,
            _ => 1 + change % 2,
        });
    }
    depth.set(0);
    let gauge = &recorder.timeline("").gauges[0];
    assert_eq!(gauge.levels.last().map(|level| level.depth), Some(0));
    assert_eq!((gauge.highest(), gauge.levels.len()), (7, 4096 + 2));
}

#[test]
fn a_worker_says_what_it_waits_for_and_a_gauge_how_much_there_is() {
    let clock = Clock::default();
    let recorder = clock.recorder();
    let depth = recorder.gauge("queue", Some(1));
    let worker = recorder.worker("producer");
    {
        let mut sends = pin!(worker.during(SpanKind::ForRoom, pending::<()>()));
        clock.advance(10);
        assert!(poll(sends.as_mut()).is_pending());
        clock.advance(20);
    }
    depth.set(1);
    depth.set(1);
    clock.advance(5);
    depth.set(0);
    drop(worker);
    let run = recorder.timeline("");
    assert_eq!(spans(&run, 0), [(SpanKind::ForRoom, 10, 30)], "from its first poll to its drop");
    assert_eq!(marks(&run, 0), [(MarkKind::Finished, 35)]);
    let levels: Vec<_> = run.gauges[0].levels.iter().map(|level| (level.at.as_millis(), level.depth)).collect();
    assert_eq!(levels, [(30, 1), (35, 0)], "a level that does not change is no level");
}
