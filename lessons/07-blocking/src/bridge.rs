//! From a blocking iterator to a stream: a thread, and a channel with a capacity.

use std::{panic::resume_unwind, thread};

use futures::{Stream, stream};
use mock_llm::{Error, Token, blocking};
use tokio::sync::mpsc;

// ANCHOR: bridge
/// The tokens of the SDK, as a stream. When the reader leaves, the thread hears of it at its next token, and ends.
///
/// # Panics
/// Where the SDK panics: half an answer must not look like a whole one.
pub fn tokens(
    client: blocking::Client,
    prompt: String,
) -> impl Stream<Item = Result<Token, Error>> {
    let (sender, receiver) = mpsc::channel(1);
    let thread = thread::spawn(move || {
        for token in client.stream(&prompt) {
            // It waits for room: a slow reader slows the model down, and no list grows.
            if sender.blocking_send(token).is_err() {
                return;
            }
        }
    });
    stream::unfold((receiver, thread), |(mut receiver, thread)| async move {
        let Some(token) = receiver.recv().await else {
            // The thread is at its end, so this does not wait.
            return thread.join().map_or_else(|panic| resume_unwind(panic), |()| None);
        };
        Some((token, (receiver, thread)))
    })
}
// ANCHOR_END: bridge
