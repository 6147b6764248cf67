//! `join!` is one task: while one of its branches computes, the others stand still.

use std::time::Duration;

use mock_llm::{Clock, TokioClock};
use tokio::task::yield_now;

// ANCHOR: compute
/// Computes an index of the article, without a single `.await`: the thread is busy until it
/// is done.
pub async fn index(work: Duration) {
    compute(work);
}

/// The same work in slices. Between two slices the future says "ask me again", and the
/// others get their turn.
pub async fn index_in_slices(work: Duration, slices: u32) {
    for _ in 0..slices {
        compute(work / slices);
        yield_now().await;
    }
}
// ANCHOR_END: compute

/// Stands for a computation that takes this long.
///
/// A paused clock moves only when everybody waits, so real work would take no time on it.
/// This moves the clock by hand, and, like real work, does not give the thread away. On a
/// running clock it holds the thread for as long.
pub fn compute(work: Duration) {
    let clock = TokioClock::default();
    clock.block_until(clock.now() + work);
}
