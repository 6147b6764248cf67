//! What the chapter says of tokio, each sentence as a program. Where a version does something else, a test turns red, and the
//! chapter must change.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::{block_in_place, spawn_blocking},
};

const WATCHDOG: Duration = Duration::from_secs(60);

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

fn words_of(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
    }
}

#[test]
fn block_in_place_panics_on_one_thread() {
    let runtime = one_thread();
    let panic =
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(async { block_in_place(|| 7) })));
    let words = words_of(panic.expect_err("it panics"));
    assert_eq!(words, "can call blocking only when running on the multi-threaded runtime");
}

#[test]
fn block_in_place_works_on_several_threads_and_stays_on_its_thread() {
    let runtime =
        Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts");
    let same = runtime.block_on(async {
        let task = tokio::spawn(async {
            let here = thread::current().id();
            block_in_place(|| thread::current().id() == here)
        });
        task.await
    });
    assert!(same.expect("it does not panic"));
}

#[test]
fn a_runtime_inside_a_runtime_panics() {
    let runtime = one_thread();
    let inner = one_thread();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { inner.block_on(async { 7 }) })
    }));
    let words = words_of(panic.expect_err("it panics"));
    assert!(words.starts_with("Cannot start a runtime from within a runtime."), "{words}");
}

#[test]
fn the_drop_of_a_runtime_inside_a_runtime_panics() {
    let runtime = one_thread();
    let inner = one_thread();
    let panic = catch_unwind(AssertUnwindSafe(|| runtime.block_on(async { drop(inner) })));
    let words = words_of(panic.expect_err("it panics"));
    assert!(
        words.starts_with(
            "Cannot drop a runtime in a context where blocking is not allowed."
        ),
        "{words}"
    );
    // `shutdown_background` waits for nobody, so it is allowed.
    let inner = one_thread();
    runtime.block_on(async { inner.shutdown_background() });
}

/// A job in the queue can be aborted. A job at work cannot.
#[test]
fn abort_takes_only_what_has_not_begun() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .expect("a runtime starts");
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let at_work = runtime.spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv();
        "done"
    });
    comes.recv_timeout(WATCHDOG).expect("the job begins");
    let queued = runtime.spawn_blocking(|| "never");
    at_work.abort();
    queued.abort();
    drop(gate);
    let (at_work, queued) = runtime.block_on(async { (at_work.await, queued.await) });
    assert_eq!(at_work.expect("it was at work"), "done");
    assert!(queued.expect_err("it was in the queue").is_cancelled());
}

/// The drop of a runtime waits for the job at work. Here the job ends only after the drop has begun.
#[test]
fn the_drop_of_a_runtime_waits() {
    let runtime = one_thread();
    let (came, comes) = mpsc::channel();
    let (gate, waits) = mpsc::channel::<()>();
    let (end, ended) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let _ = came.send(());
        let _ = waits.recv();
        let _ = end.send("the job");
    });
    comes.recv_timeout(WATCHDOG).expect("the job begins");
    let opens = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        drop(gate);
    });
    drop(runtime);
    // Without the wait this would be empty: the drop would have come back before the gate was open.
    assert_eq!(ended.try_recv(), Ok("the job"));
    opens.join().expect("it does not panic");
}

/// The closure is at once at its end, and what it gives is a future: this runs where it is awaited.
#[tokio::test]
async fn an_async_block_from_the_pool_runs_on_the_event_loop() {
    let here = thread::current().id();
    let moved = spawn_blocking(|| async { thread::current().id() })
        .await
        .expect("it does not panic");
    assert_eq!(moved.await, here);
}

/// `Handle::block_on` on a thread of the pool polls the future there. The timer is driven by the loop.
#[tokio::test]
async fn handle_block_on_works_where_somebody_drives_the_runtime() {
    let handle = Handle::current();
    let here = thread::current().id();
    let on = spawn_blocking(move || {
        handle.block_on(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            thread::current().id()
        })
    });
    assert_ne!(on.await.expect("it does not panic"), here);
}

/// The paused clock stands still while the pool has work: a virtual limit of time cannot end it.
#[test]
fn a_virtual_timeout_does_not_fire_beside_the_pool() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime starts");
    let (gate, waits) = mpsc::channel::<()>();
    let opens = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        drop(gate);
    });
    let ended = runtime.block_on(async {
        let job = spawn_blocking(move || waits.recv().is_err());
        tokio::time::timeout(Duration::from_millis(1), job).await
    });
    assert!(ended.expect("the limit did not fire").expect("it does not panic"));
    opens.join().expect("it does not panic");
}

#[tokio::test]
async fn what_tokio_tells_of_itself_in_every_build() {
    let metrics = Handle::current().metrics();
    assert_eq!(metrics.num_workers(), 1);
    let task = tokio::spawn(std::future::pending::<()>());
    assert_eq!(metrics.num_alive_tasks(), 1);
    task.abort();
}
