//! What the pool promises.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use lesson_05_queues::pool::{Failed, Pool};
use runs::secs;
use tokio::time::{Instant, sleep, timeout};

fn pool(workers: usize) -> Pool {
    Pool::start(workers, 4, secs(5.0))
}

/// Counts those that are alive.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn ten_tasks_of_a_second_on_three_workers_take_four_seconds() {
    let pool = pool(3);
    let start = Instant::now();
    let tasks = (0..10).map(|number| {
        pool.submit(async move {
            sleep(secs(1.0)).await;
            number
        })
    });
    let results = futures::future::join_all(tasks).await;
    assert_eq!(
        results,
        (0..10).map(Ok).collect::<Vec<_>>(),
        "each caller has the result of its own task"
    );
    assert_eq!(start.elapsed(), secs(4.0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_timeout_are_the_callers_and_the_worker_goes_on() {
    let pool = pool(1);
    let panics: Result<(), _> = pool.submit(async { panic!("a bug in the task") }).await;
    assert_eq!(panics, Err(Failed::Panicked));
    let start = Instant::now();
    assert_eq!(pool.submit(sleep(secs(60.0))).await, Err(Failed::TimedOut));
    assert_eq!(start.elapsed(), secs(5.0));
    assert_eq!(pool.submit(async { 7 }).await, Ok(7));
}

/// At work and in the queue: who leaves takes the task along, and all that it holds.
#[tokio::test(start_paused = true)]
async fn who_leaves_takes_the_task_along() {
    let pool = pool(1);
    let alive = Arc::new(AtomicUsize::new(0));
    let task = || {
        let guard = Alive::new(&alive);
        async move {
            let _guard = guard;
            sleep(secs(4.0)).await;
        }
    };
    let both = async { tokio::join!(pool.submit(task()), pool.submit(task())) };
    assert!(timeout(secs(1.0), both).await.is_err());
    let start = Instant::now();
    assert_eq!(pool.submit(async { 7 }).await, Ok(7));
    assert_eq!((start.elapsed(), alive.load(Ordering::SeqCst)), (Duration::ZERO, 0));
}

/// One task at work, one in the queue, both with a caller that waits.
#[tokio::test(start_paused = true)]
async fn drain_finishes_what_was_submitted_and_abort_ends_it() {
    for (is_drained, outcome, takes) in
        [(true, Ok(7), secs(4.0)), (false, Err(Failed::Stopped), secs(0.5))]
    {
        let alive = Arc::new(AtomicUsize::new(0));
        let pool = pool(1);
        let callers = [(); 2].map(|()| {
            let guard = Alive::new(&alive);
            tokio::spawn(pool.submit(async move {
                let _guard = guard;
                sleep(secs(2.0)).await;
                7
            }))
        });
        let start = Instant::now();
        sleep(secs(0.5)).await;
        if is_drained {
            pool.drain().await
        } else {
            pool.abort().await
        }
        assert_eq!((start.elapsed(), alive.load(Ordering::SeqCst)), (takes, 0));
        for caller in callers {
            assert_eq!(caller.await.expect("it does not panic"), outcome);
        }
    }
}

/// A thousand tasks that are done: nothing of them is left.
#[tokio::test(start_paused = true)]
async fn nothing_is_kept_for_finished_tasks() {
    let pool = pool(3);
    let result = Arc::new(());
    for _ in 0..1000 {
        let held = Arc::clone(&result);
        assert!(pool.submit(async move { held }).await.is_ok());
    }
    assert_eq!(Arc::strong_count(&result), 1);
}

/// A submission has a sender until it is polled or dropped, so one that is kept keeps the queue open.
#[tokio::test(start_paused = true)]
async fn a_submission_that_nobody_polls_holds_a_drain_up() {
    let pool = pool(1);
    let kept = pool.submit(async {});
    let mut drained = pin!(pool.drain());
    assert!(timeout(secs(600.0), &mut drained).await.is_err());
    drop(kept);
    drained.await;
}

/// A task whose destructor panics, when its time is over: the next one finds the worker at work.
#[tokio::test(start_paused = true)]
async fn a_destructor_that_panics_ends_no_worker() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a destructor");
        }
    }
    let pool = pool(1);
    let bomb = Bomb;
    let late = async move {
        let _bomb = bomb;
        sleep(secs(60.0)).await;
    };
    assert!(pool.submit(late).await.is_err());
    assert_eq!(pool.submit(async { 7 }).await, Ok(7));
}
