//! Only the newest value counts: `watch`.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

// ANCHOR: latest
/// Draws the text as it stands, and again whenever it has changed; each drawing takes `pause`. What came and went in the
/// meantime is never drawn, and the last text always is.
pub async fn draw(
    mut text: watch::Receiver<String>,
    pause: Duration,
    mut show: impl FnMut(&str),
) {
    loop {
        // The copy ends the borrow. A borrow is a lock: whoever keeps it across an `.await` stops the sender.
        let now = text.borrow_and_update().clone();
        show(&now);
        sleep(pause).await;
        if text.changed().await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: latest
