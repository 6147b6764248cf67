//! Everybody gets everything, or hears how much was missed: `broadcast`.

use tokio::sync::broadcast::{Receiver, error::RecvError};

// ANCHOR: stance
/// What to do when the oldest messages were overwritten before they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    /// Each message stands alone, as a tick of a progress bar does: say so, and go on.
    GoOn,
    /// The messages are changes to a state: get the state anew, then go on.
    ReRead,
    /// The messages are a text or an account, and a gap makes all of it wrong: end, and let the reader begin anew.
    Close,
}

/// What a reader of a broadcast sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    Message(T),
    /// So many were missed.
    Gap(u64),
    Snapshot(T),
}

/// Reads to the end. Only `Closed` is the end; `Lagged` is a decision.
pub async fn read<T: Clone>(
    mut receiver: Receiver<T>,
    stance: Stance,
    snapshot: impl Fn() -> T,
) -> Vec<Seen<T>> {
    let mut seen = Vec::new();
    loop {
        match receiver.recv().await {
            Ok(message) => seen.push(Seen::Message(message)),
            Err(RecvError::Closed) => return seen,
            Err(RecvError::Lagged(missed)) => {
                seen.push(Seen::Gap(missed));
                match stance {
                    Stance::GoOn => {}
                    Stance::ReRead => {
                        // First forget what is queued, then read the state: it holds all that is forgotten. It may also
                        // hold a change that is sent only after this, so such a change must have a number, or bear
                        // to be made twice.
                        receiver = receiver.resubscribe();
                        seen.push(Seen::Snapshot(snapshot()));
                    }
                    Stance::Close => return seen,
                }
            }
        }
    }
}
// ANCHOR_END: stance
