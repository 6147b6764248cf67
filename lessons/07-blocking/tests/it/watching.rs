//! The poll watch, with a clock that the test moves: how fast the machine is does not matter.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use lesson_07_blocking::{
    case::Service,
    poll_watch::{Culprit, PollWatch},
};
use runs::secs;
use tokio::{task::yield_now, time::Instant};

/// Milliseconds that the polls of a test take.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn takes(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    fn watch(&self, limit: u64) -> PollWatch {
        let clock = Arc::clone(&self.0);
        PollWatch::with_clock(Duration::from_millis(limit), move || {
            Duration::from_millis(clock.load(Ordering::SeqCst))
        })
    }
}

#[tokio::test]
async fn it_names_the_line_that_spawned_and_counts() {
    let clock = Clock::default();
    let watch = clock.watch(10);
    let quick = clock.clone();
    let spawned_at = line!() + 1;
    let quick = watch.spawn(async move {
        for _ in 0..3 {
            quick.takes(10); // The limit itself is not over the limit.
            yield_now().await;
        }
    });
    quick.await.expect("it does not panic");
    assert_eq!(watch.culprits(), []);

    let held = clock.clone();
    let slow_at = line!() + 1;
    let slow = watch.spawn(async move {
        held.takes(11);
        yield_now().await;
        held.takes(5);
        yield_now().await;
        held.takes(30);
    });
    slow.await.expect("it does not panic");
    let culprits = watch.culprits();
    let [Culprit { spawned_at: at, polls: 3, slow_polls: 2, longest, held }] = culprits[..]
    else {
        panic!("one line is slow: {culprits:?}");
    };
    assert!(at.file().ends_with("watching.rs"));
    assert_eq!((at.line(), spawned_at < slow_at), (slow_at, true));
    assert_eq!((longest, held), (Duration::from_millis(30), Duration::from_millis(41)));
    let words = culprits[0].to_string();
    assert!(
        words.ends_with(
            "2 of 3 polls were slow, the longest took 0.030 s, together 0.041 s"
        ),
        "{words}"
    );
}

/// A thousand tasks of one line are one entry, and whoever held the thread for longest comes first.
#[tokio::test]
async fn tasks_of_one_line_are_one_culprit() {
    let clock = Clock::default();
    let watch = clock.watch(0);
    let spawn = |milliseconds: u64| {
        let clock = clock.clone();
        watch.spawn(async move { clock.takes(milliseconds) })
    };
    for _ in 0..1000 {
        spawn(1).await.expect("it does not panic");
    }
    let once = clock.clone();
    watch.watch(async move { once.takes(1001) }).await;
    let culprits = watch.culprits();
    let counts: Vec<_> = culprits
        .iter()
        .map(|culprit| (culprit.slow_polls, culprit.held.as_millis()))
        .collect();
    assert_eq!(counts, [(1, 1001), (1000, 1000)]);
}

#[tokio::test]
async fn a_poll_that_panics_is_seen() {
    let clock = Clock::default();
    let watch = clock.watch(10);
    let panics = clock.clone();
    let task = watch.spawn(async move {
        panics.takes(20);
        panic!("a test panics on purpose");
    });
    assert!(task.await.is_err());
    assert_eq!(watch.culprits().len(), 1);
    assert_eq!(watch.in_poll(), []);
}

/// A future that waits, or is dropped, holds nobody up.
#[tokio::test]
async fn a_wait_is_no_poll() {
    let clock = Clock::default();
    let watch = clock.watch(10);
    let task = watch.spawn(std::future::pending::<()>());
    yield_now().await;
    clock.takes(1000);
    task.abort();
    assert!(task.await.is_err());
    assert_eq!(watch.culprits(), []);
}

/// What never returns is seen from outside.
#[test]
fn a_poll_that_does_not_return_can_be_asked_for() {
    let clock = Clock::default();
    let watch = clock.watch(10);
    clock.takes(7);
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let watched = watch.clone();
    let loop_thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime starts");
        runtime.block_on(watched.watch(async move {
            let _ = came.send(());
            let _ = waits.recv();
        }));
    });
    comes.recv_timeout(Duration::from_secs(60)).expect("the loop runs");
    let in_poll = watch.in_poll();
    assert_eq!(in_poll.len(), 1);
    assert!(in_poll[0].spawned_at.file().ends_with("watching.rs"));
    assert_eq!(in_poll[0].since, Duration::from_millis(7));
    drop(gate);
    loop_thread.join().expect("the loop ends");
    assert_eq!(watch.in_poll(), []);
}

/// The case: nothing is slow with one user, everything is slow with ten, and the watch names one line.
#[tokio::test(start_paused = true)]
async fn the_case_is_solved_by_the_watch() {
    let start = Instant::now();
    let watch = PollWatch::with_clock(secs(0.01), move || start.elapsed());
    let service = Service::new(watch.clone());
    let one = service.serve(1).await.expect("the script has no faults");
    assert_eq!(one.answers, [secs(1.2)]);

    let ten = service.serve(10).await.expect("the script has no faults");
    assert_eq!(ten.provider.iter().max(), Some(&secs(3.0)));
    assert!(
        *ten.answers.iter().max().expect("ten answers") > secs(12.0),
        "{:?}",
        ten.answers
    );
    let culprits = watch.culprits();
    assert_eq!(culprits.len(), 1, "{culprits:?}");
    assert_eq!((culprits[0].slow_polls, culprits[0].held), (11, secs(16.5)));
    assert!(culprits[0].spawned_at.file().ends_with("case.rs"));
}
