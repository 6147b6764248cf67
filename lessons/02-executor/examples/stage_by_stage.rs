//! What happens, poll by poll, in each of the six stages.
//!
//! `cargo run -p lesson-02-executor --example stage_by_stage`, or `-- 4` for the fourth stage only.
//!
//! Shown: in 6 parts

use std::{
    env, future::poll_fn, panic::catch_unwind, pin::pin, sync::mpsc, task::Poll, thread,
    time::Duration,
};

use futures::channel::oneshot;
use lesson_02_executor::{
    s1_block_on, s2_run_queue, s3_join_handle, s4_timers, s5_budget, s6_deadlock,
};

fn main() {
    let stages: [(&str, fn()); 6] = [
        ("one future, one thread", one_future),
        ("a run queue", run_queue),
        ("join handles", join_handles),
        ("timers", timers),
        ("turns", turns),
        ("a deadlock", deadlock),
    ];
    let only: Option<usize> = env::args().nth(1).and_then(|number| number.parse().ok());
    for (number, (title, run)) in (1..).zip(stages) {
        if only.is_none_or(|only| only == number) {
            println!("Stage {number}: {title}");
            run();
            println!();
        }
    }
}

/// The future, with a line for each of its polls.
async fn told<F: Future>(name: &str, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        let polled = future.as_mut().poll(context);
        println!(
            "  {name}: poll {polls}, {}",
            if polled.is_ready() { "ready" } else { "pending" }
        );
        polled
    })
    .await
}

/// The future asks another thread for an answer. Between the two polls the thread that runs it sleeps.
fn one_future() {
    let (answer, question) = oneshot::channel();
    let (has_asked, asked) = mpsc::channel();
    let other = thread::spawn(move || {
        asked.recv().expect("the first poll asks");
        println!("  another thread has the answer, and wakes");
        answer.send(42).expect("somebody waits for it");
    });
    let mut question = pin!(told("main", question));
    let answer = s1_block_on::block_on(poll_fn(|context| {
        let polled = question.as_mut().poll(context);
        if polled.is_pending() {
            has_asked.send(()).expect("the other thread listens");
        }
        polled
    }));
    println!("  block_on returns {}", answer.expect("the other thread answers"));
    other.join().expect("the other thread does not panic");
}

/// Three tasks that wake themselves go round in the queue.
fn run_queue() {
    s2_run_queue::block_on(async {
        for name in ["a", "b", "c"] {
            s2_run_queue::spawn(told(name, s5_budget::yield_now()));
        }
        println!("  three tasks are spawned, and none has run");
        s5_budget::yield_now().await;
        s5_budget::yield_now().await;
    });
}

/// A handle waits for its task as for anything else. The panic of one task is the result of that task.
fn join_handles() {
    // The panic is expected: its usual message would stand in the middle of the story.
    std::panic::set_hook(Box::new(|_| println!("  a task panics")));
    s3_join_handle::block_on(async {
        let fails = s3_join_handle::spawn(told("fails", async { panic!("no connection") }));
        let works = s3_join_handle::spawn(told("works", async { "an answer" }));
        let failed: Result<(), _> = told("handle of fails", fails).await;
        println!(
            "  fails gave an error: {:?}",
            failed.expect_err("it panics").downcast_ref::<&str>()
        );
        println!(
            "  works gave {:?}",
            told("handle of works", works).await.expect("it does not panic")
        );
    });
    let _ = std::panic::take_hook();
}

/// On the virtual clock two hours pass at once.
fn timers() {
    use s4_timers::{Clock, block_on, now, sleep, spawn};
    const HOUR: Duration = Duration::from_secs(3600);
    block_on(Clock::Virtual(Duration::ZERO), async {
        spawn(async {
            told("one hour", sleep(HOUR)).await;
            println!("  the clock says {} h", now().as_secs() / 3600);
        });
        told("two hours", sleep(2 * HOUR)).await;
        println!("  the clock says {} h", now().as_secs() / 3600);
    });
}

/// A task that never has to wait is polled, spends its budget, and must stand in line again.
fn turns() {
    s5_budget::block_on(async {
        s5_budget::spawn(async {
            told("greedy", async {
                for _ in 0..2 * s5_budget::BUDGET {
                    s5_budget::consume_budget().await;
                }
            })
            .await;
        });
        s5_budget::spawn(told("modest", async {}));
        for _ in 0..3 {
            s5_budget::yield_now().await;
        }
    });
}

/// `main` waits for a task that said `Pending` and kept no waker. Nothing can happen any more.
fn deadlock() {
    std::panic::set_hook(Box::new(|panic| {
        println!("  {}", panic.payload_as_str().unwrap_or_default().replace('\n', "\n  "));
    }));
    let stuck = catch_unwind(|| {
        s6_deadlock::block_on(async {
            let (answer, question) = oneshot::channel::<()>();
            s6_deadlock::spawn_named("forgetful", async move {
                let _answer = answer;
                poll_fn::<(), _>(|_context| Poll::Pending).await;
            });
            let _ = told("main", question).await;
        });
    });
    let _ = std::panic::take_hook();
    assert!(stuck.is_err(), "a deadlock does not end well");
}
