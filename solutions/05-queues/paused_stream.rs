//! # Paused stream: a solution
//!
//! A waker is not a button for "try again". `Pending` promises that somebody will call the waker *when something has
//! changed*, and during a pause only the switch can know this. So the switch must have the waker: `wait_for` leaves it
//! there.
//!
//! It leaves it there only as long as its future lives. A `poll_next` that makes the future, polls it and drops it
//! takes the waker away again. `unfold` keeps the future from one poll to the next, and this is all that the struct was
//! missing.
//!
//! The token is taken first, and is kept while the switch says "paused": it is in the future, so nothing is lost when
//! the poll is pending. `wait_for` looks at the switch before it waits, and fails when the sender is gone: then nobody
//! can press it, and the token comes out.
//!
//! Also right: to wait for the switch first and then `select!` between a change and a token. The select must be
//! `biased`, with the switch first, and must not run in circles when `changed` fails at once.

use futures::{Stream, StreamExt, stream};
use tokio::sync::watch;

/// The same tokens, but none while the switch says "paused".
pub fn pausable<S>(tokens: S, paused: watch::Receiver<bool>) -> impl Stream<Item = String> + Send + 'static
where
    S: Stream<Item = String> + Unpin + Send + 'static,
{
    stream::unfold((tokens, paused), async |(mut tokens, mut paused)| {
        let token = tokens.next().await?;
        // An error means that nobody holds the switch.
        let _ = paused.wait_for(|paused| !paused).await;
        Some((token, (tokens, paused)))
    })
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/05-queues/checks/paused_stream.rs"]
mod checks;
