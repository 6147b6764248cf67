//! A timer that is made in a loop begins anew at each turn.

use std::{pin::pin, time::Duration};

use futures::StreamExt;
use mock_llm::TokenStream;
use tokio::time::sleep;

/// What a loop has heard of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub tokens: usize,
    /// Whether the timer has ended the loop.
    pub was_cut: bool,
}

// ANCHOR: made_anew
/// Meant: all of it within `limit`. But each turn makes a new `sleep`, and each token ends the turn.
pub async fn made_anew(mut stream: TokenStream, limit: Duration) -> Heard {
    let mut tokens = 0;
    loop {
        tokio::select! {
            token = stream.next() => match token {
                Some(_) => tokens += 1,
                None => return Heard { tokens, was_cut: false },
            },
            () = sleep(limit) => return Heard { tokens, was_cut: true },
        }
    }
}
// ANCHOR_END: made_anew

// ANCHOR: made_before
/// One timer, made before the loop. Each turn polls the same one.
pub async fn made_before(mut stream: TokenStream, limit: Duration) -> Heard {
    let mut tokens = 0;
    let mut time_is_over = pin!(sleep(limit));
    loop {
        tokio::select! {
            token = stream.next() => match token {
                Some(_) => tokens += 1,
                None => return Heard { tokens, was_cut: false },
            },
            () = &mut time_is_over => return Heard { tokens, was_cut: true },
        }
    }
}
// ANCHOR_END: made_before

// ANCHOR: says_so_once
/// A loop that goes on after its timer has fired. A timer that has fired is ready at every poll from then on, so the branch is
/// shut after the first time.
pub async fn says_so_once(
    mut stream: TokenStream,
    limit: Duration,
    mut say: impl FnMut(),
) -> usize {
    let mut tokens = 0;
    let mut time_is_over = pin!(sleep(limit));
    let mut has_said_so = false;
    loop {
        tokio::select! {
            token = stream.next() => match token {
                Some(_) => tokens += 1,
                None => return tokens,
            },
            () = &mut time_is_over, if !has_said_so => {
                has_said_so = true;
                say();
            }
        }
    }
}
// ANCHOR_END: says_so_once
