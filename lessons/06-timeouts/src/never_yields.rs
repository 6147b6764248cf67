//! Code that gives no poll back cannot be stopped by a timeout.

use std::{cell::Cell, hint::black_box};

use tokio::task::yield_now;

// ANCHOR: never_yields
/// Scores the answers one after the other, without an `.await` in between.
pub async fn in_one_piece(answers: usize, scored: &Cell<usize>) {
    for answer in 0..answers {
        score(answer);
        scored.set(scored.get() + 1);
    }
}

/// The same, and after each answer the thread is given back: whoever holds this future can drop it then.
pub async fn in_pieces(answers: usize, scored: &Cell<usize>) {
    for answer in 0..answers {
        score(answer);
        scored.set(scored.get() + 1);
        yield_now().await;
    }
}
// ANCHOR_END: never_yields

/// Work for the processor.
fn score(answer: usize) {
    black_box((0..1000).fold(answer, |sum, word| sum.wrapping_mul(31).wrapping_add(word)));
}
