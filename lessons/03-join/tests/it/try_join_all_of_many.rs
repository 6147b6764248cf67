//! Where `try_join_all` is slow to fail. A version of futures that mends it turns this red: then
//! the warnings in the solution of `fail_fast` and in the book can go.

use std::{iter, time::Duration};

use futures::future::try_join_all;
use tokio::time::{Instant, sleep};

/// The last of `number` futures fails after 1 s, the others need 10 s. When does the error come?
async fn first_error_of(number: u64) -> Duration {
    first_error_in(1..=number, number).await
}

async fn first_error_in(places: impl Iterator<Item = u64>, last: u64) -> Duration {
    let started = Instant::now();
    let result = try_join_all(places.map(|place| async move {
        if place < last {
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

/// An iterator that does not say how many it has at most may have more than 30, so it is kept in the same way.
#[tokio::test(start_paused = true)]
async fn an_iterator_that_does_not_say_its_length_is_a_long_list() {
    let mut places = 1..=2;
    let silent = iter::from_fn(move || places.next());
    assert_eq!(first_error_in(silent, 2).await, Duration::from_secs(10));
}
