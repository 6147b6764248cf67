//! Tasks are aborted, detached and shielded.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};

// ANCHOR: exclusive
/// A file that only one may have open.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    is_open: Arc<AtomicBool>,
}

/// The right to write. It goes back when it is dropped.
#[derive(Debug)]
pub struct Pen {
    is_open: Arc<AtomicBool>,
}

impl Transcript {
    pub fn open(&self) -> Option<Pen> {
        let was_open = self.is_open.swap(true, Ordering::SeqCst);
        (!was_open).then(|| Pen { is_open: Arc::clone(&self.is_open) })
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::SeqCst);
    }
}
// ANCHOR_END: exclusive

// ANCHOR: reopen
/// Ends the task that writes, and opens the file again: at once, or when the task has ended.
pub async fn reopen(transcript: &Transcript, waits_for_the_end: bool) -> bool {
    let pen = transcript.open().expect("nobody has opened it yet");
    let writer = tokio::spawn(async move {
        let _pen = pen;
        sleep(Duration::from_secs(3600)).await;
    });
    writer.abort(); // A request. It returns at once.
    if waits_for_the_end {
        let ended = writer.await;
        assert!(ended.expect_err("it would write for an hour").is_cancelled());
    }
    transcript.open().is_some()
}
// ANCHOR_END: reopen

// ANCHOR: children
/// A task that starts another one, which counts to ten. The first is aborted after 3.5 s. How far does the other count?
pub async fn parent_is_aborted(keeps_it_in_a_set: bool) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let child = count_to_ten(Arc::clone(&count));
    let parent = tokio::spawn(async move {
        if keeps_it_in_a_set {
            let mut children = JoinSet::new();
            children.spawn(child);
            children.join_next().await;
        } else {
            let _ = tokio::spawn(child).await;
        }
    });
    sleep(Duration::from_millis(3500)).await;
    parent.abort();
    sleep(Duration::from_secs(60)).await;
    count.load(Ordering::SeqCst)
}

async fn count_to_ten(count: Arc<AtomicUsize>) {
    for _ in 0..10 {
        sleep(Duration::from_secs(1)).await;
        count.fetch_add(1, Ordering::SeqCst);
    }
}
// ANCHOR_END: children

// ANCHOR: shield
/// Work that must not be given up half done: it goes on when its caller no longer waits. It has an owner all the same, which
/// can end it.
#[derive(Debug, Default)]
pub struct Shielded {
    work: JoinSet<()>,
}

/// Why the caller has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResult {
    /// The limit was over first. The work goes on, and nobody reads its result.
    TooLate,
    /// The work has ended without one: it panicked, or it was shut down.
    Ended,
}

impl Shielded {
    /// Starts the work now. The future gives its result, if it is there within `limit`. Where the future is dropped, the work
    /// goes on.
    pub fn run<T, W>(
        &mut self,
        work: W,
        limit: Duration,
    ) -> impl Future<Output = Result<T, NoResult>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: Future<Output = T> + Send + 'static,
    {
        // Those that have ended since the last time need not be kept.
        while self.work.try_join_next().is_some() {}
        let (result, waits) = oneshot::channel();
        self.work.spawn(async move {
            let _ = result.send(work.await);
        });
        let waits = timeout(limit, waits);
        async {
            let result = waits.await.map_err(|_elapsed| NoResult::TooLate)?;
            result.map_err(|_nobody_sends| NoResult::Ended)
        }
    }

    /// Waits up to `grace` for the work that still goes on, then ends the rest.
    pub async fn shut_down(mut self, grace: Duration) {
        let all = async { while self.work.join_next().await.is_some() {} };
        let _ = timeout(grace, all).await;
        self.work.shutdown().await;
    }
}
// ANCHOR_END: shield
