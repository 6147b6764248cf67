//! When does the clock start? A function that returns a future may do something when it is called. An `async fn` never does.

use std::time::Duration;

use tokio::time::sleep;

/// How long one pause is.
pub const PAUSE: Duration = Duration::from_millis(100);

// ANCHOR: at_the_call
/// 100 ms: `sleep` is a function, and looks at the clock when it is called. Both deadlines are the same.
pub async fn sleeps_made_first() {
    let first = sleep(PAUSE);
    let second = sleep(PAUSE);
    first.await;
    second.await;
}
// ANCHOR_END: at_the_call

// ANCHOR: at_the_first_poll
/// One pause.
pub async fn pause() {
    sleep(PAUSE).await;
}

/// 200 ms: the body of `pause` runs at its first poll, and the second poll comes after the first pause.
pub async fn async_fns_made_first() {
    let first = pause();
    let second = pause();
    first.await;
    second.await;
}
// ANCHOR_END: at_the_first_poll

/// 100 ms: one future made of two polls both of them. Lesson 03 is about this.
pub async fn async_fns_joined() {
    futures::join!(pause(), pause());
}
