//! The screenful of the chapter, as it is printed there.

// ANCHOR: least
use std::{rc::Rc, time::Duration};

use lesson_02_executor::runtime::{Builder, block_on, now, sleep, spawn, yield_now};

fn least() {
    // One future, on this thread, to its end. In tokio: `#[tokio::main]`.
    let answer = block_on(async { 6 * 7 });
    assert_eq!(answer, 42);

    // On the virtual clock an hour takes no time, and it takes exactly one hour.
    Builder::new().virtual_clock().build().block_on(async {
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(now(), Duration::from_secs(3600));
    });

    block_on(async {
        // A task. It begins when its turn comes, not here. It needs no `Send`: one thread.
        let shared = Rc::new(String::from("token"));
        let task = spawn(async move { shared.len() });

        // Its result; an error if it panicked or was aborted.
        assert_eq!(task.await.expect("it does not panic"), 5);

        // Once round the queue: every task that can go on has its turn first.
        yield_now().await;

        // Ends at its next turn. To drop the handle would leave it running.
        let forever = spawn(std::future::pending::<()>());
        forever.abort();
        assert!(forever.await.is_err());
    });
}
// ANCHOR_END: least

#[test]
fn the_least_you_need_compiles_and_runs() {
    least();
}
