//! What cannot be stopped: a blocking call. What can: a loop that looks at a flag.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::task::{JoinHandle, spawn_blocking};

// ANCHOR: flag
/// Set when it is dropped: the work behind it is to end.
#[derive(Debug, Default)]
pub struct StopOnDrop(Arc<AtomicBool>);

impl StopOnDrop {
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Calls `slice` until it gives `None`, or until the guard is dropped. Gives how many slices were made.
pub fn in_slices(
    mut slice: impl FnMut() -> Option<()> + Send + 'static,
) -> (StopOnDrop, JoinHandle<usize>) {
    let guard = StopOnDrop::default();
    let stop = guard.flag();
    let work = spawn_blocking(move || {
        let mut slices = 0;
        while !stop.load(Ordering::Acquire) && slice().is_some() {
            slices += 1;
        }
        slices
    });
    (guard, work)
}
// ANCHOR_END: flag

// ANCHOR: shutdown
/// Ends a runtime whose pool may be at work. It waits at most this long; the drop of a runtime would wait for ever.
pub fn end(runtime: tokio::runtime::Runtime, patience: Duration) {
    runtime.shutdown_timeout(patience);
}
// ANCHOR_END: shutdown
