//! Which notifications does `Notify` remember?

use std::time::Duration;

use tokio::{sync::Notify, time::timeout};

// ANCHOR: four
/// `notify_waiters` before there is a waiter: lost.
pub async fn all_before() -> bool {
    let notify = Notify::new();
    notify.notify_waiters();
    comes(notify.notified()).await
}

/// `notify_waiters` when the future is made, even if it was never polled: kept.
pub async fn all_after_it_was_made() -> bool {
    let notify = Notify::new();
    let notified = notify.notified();
    notify.notify_waiters();
    comes(notified).await
}

/// `notify_one` before there is a waiter: kept, as one permit.
pub async fn one_before() -> bool {
    let notify = Notify::new();
    notify.notify_one();
    comes(notify.notified()).await
}

/// `notify_one` twice before there is a waiter: still one permit. This is the second wait.
pub async fn the_second_of_two() -> bool {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    comes(notify.notified()).await && comes(notify.notified()).await
}
// ANCHOR_END: four

/// Whether it comes within a minute. On a paused clock this takes no time.
async fn comes(notified: impl Future<Output = ()>) -> bool {
    timeout(Duration::from_secs(60), notified).await.is_ok()
}
