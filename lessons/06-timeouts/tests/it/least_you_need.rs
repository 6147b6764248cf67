//! The least you need, as the chapter shows it.

// ANCHOR: least
use std::{pin::pin, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};

#[tokio::test(start_paused = true)]
async fn the_least_you_need() {
    let start = Instant::now();
    let second = Duration::from_secs(1);

    // A limit on one thing. When it is over, the thing is dropped.
    assert!(timeout(2 * second, sleep(5 * second)).await.is_err());
    assert_eq!(start.elapsed(), 2 * second);

    // One deadline for several things in a row.
    let deadline = Instant::now() + 3 * second;
    assert!(timeout_at(deadline, sleep(2 * second)).await.is_ok());
    assert!(timeout_at(deadline, sleep(2 * second)).await.is_err());
    assert_eq!(start.elapsed(), 5 * second);

    // A timer for a whole loop is made before the loop.
    let mut is_over = pin!(sleep(Duration::from_millis(3500)));
    let mut turns = 0;
    loop {
        tokio::select! {
            () = &mut is_over => break,
            () = sleep(second) => turns += 1,
        }
    }
    assert_eq!(turns, 3);

    // Whoever drops the set ends its tasks. `shutdown` also waits until they have ended.
    let mut tasks = JoinSet::new();
    tasks.spawn(sleep(60 * second));
    tasks.shutdown().await;
    assert_eq!(start.elapsed(), Duration::from_millis(8500));
}
// ANCHOR_END: least
