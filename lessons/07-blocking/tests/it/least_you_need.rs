//! The least you need, as the chapter shows it.

// ANCHOR: least
use std::{sync::mpsc, thread};

use tokio::{sync::oneshot, task::spawn_blocking};

/// Stands for a call that holds its thread: an SDK, a query, a file.
fn blocking_call() -> thread::ThreadId {
    thread::current().id()
}

#[tokio::test]
async fn the_least_you_need() {
    let event_loop = thread::current().id();

    // Wrong: async around it changes nothing.
    assert_eq!(async { blocking_call() }.await, event_loop);

    // A call that blocks, and ends by itself: the blocking pool.
    let on = spawn_blocking(blocking_call).await.expect("it does not panic");
    assert_ne!(on, event_loop);

    // What lives long, or must stay on one thread: a thread of its own, and a channel.
    let (jobs, asked) = mpsc::channel::<oneshot::Sender<thread::ThreadId>>();
    thread::spawn(move || {
        while let Ok(reply) = asked.recv() {
            let _ = reply.send(blocking_call());
        }
    });
    let (reply, answer) = oneshot::channel();
    jobs.send(reply).expect("the thread is there");
    assert_ne!(answer.await, Ok(event_loop));

    // What computes: rayon, with a thread for each core.
    let (reply, sum) = oneshot::channel();
    rayon::spawn(move || {
        let _ = reply.send((1..=1000_u64).sum::<u64>());
    });
    assert_eq!(sum.await, Ok(500_500));
}
// ANCHOR_END: least
