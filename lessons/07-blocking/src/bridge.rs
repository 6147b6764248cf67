//! From a blocking iterator to a stream: a thread, and a channel with a capacity.

use std::thread;

use futures::{Stream, stream};
use mock_llm::{Error, Token, blocking};
use tokio::sync::mpsc;

// ANCHOR: bridge
/// The tokens of the SDK, as a stream. When the reader leaves, the thread hears of it at its next token, and ends.
pub fn tokens(
    client: blocking::Client,
    prompt: String,
) -> impl Stream<Item = Result<Token, Error>> {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || {
        for token in client.stream(&prompt) {
            // It waits for room: a slow reader slows the model down, and no list grows.
            if sender.blocking_send(token).is_err() {
                return;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async move {
        Some((receiver.recv().await?, receiver))
    })
}
// ANCHOR_END: bridge
