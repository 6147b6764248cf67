//! Where `try_join_all` is slow to fail. A version of futures that mends it turns this red: then
//! the warnings in the solution of `fail_fast` and in the book can go.

use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{Instant, sleep};

/// The last of `number` futures fails after 1 s, the others need 10 s. When does the error come?
async fn first_error_of(number: u64) -> Duration {
    let started = Instant::now();
    let result = try_join_all((1..=number).map(|place| async move {
        if place < number {
            sleep(Duration::from_secs(10)).await;
            return Ok(());
        }
        sleep(Duration::from_secs(1)).await;
        Err("the last one failed")
    }))
    .await;
    assert!(result.is_err());
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn up_to_30_futures_the_first_error_in_time_ends_it() {
    assert_eq!(first_error_of(2).await, Duration::from_secs(1));
    assert_eq!(first_error_of(30).await, Duration::from_secs(1));
}

/// From 31 on the results are looked at in the order of the list, and the error waits behind the
/// others: <https://github.com/rust-lang/futures-rs/issues/2866>.
#[tokio::test(start_paused = true)]
async fn beyond_30_futures_an_error_waits_for_those_before_it() {
    assert_eq!(first_error_of(31).await, Duration::from_secs(10));
}
