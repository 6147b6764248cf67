//! The same streams as a function that yields: `stream!` writes the `poll_next`.

use std::time::Duration;

use async_stream::try_stream;
use futures::{Stream, StreamExt, pin_mut, stream};
use mock_llm::{Error, Token};
use tokio::{sync::mpsc::Receiver, time::sleep};

// ANCHOR: counted
/// The numbers from 0 up to `end`, each a `period` after it is asked for.
pub fn counted(end: u32, period: Duration) -> impl Stream<Item = u32> {
    async_stream::stream! {
        for number in 0..end {
            sleep(period).await;
            yield number;
        }
    }
}
// ANCHOR_END: counted

// ANCHOR: received
/// What a receiver gets, as a stream. tokio's receivers are none: the trait is not in the
/// standard library yet, and tokio promises to stay as it is for longer than its crate does.
pub fn received<T>(mut receiver: Receiver<T>) -> impl Stream<Item = T> {
    stream::poll_fn(move |context| receiver.poll_recv(context))
}
// ANCHOR_END: received

// ANCHOR: shouted
/// The words of an answer in capitals. An error ends it, as `?` ends a function.
pub fn shouted(
    tokens: impl Stream<Item = Result<Token, Error>>,
) -> impl Stream<Item = Result<String, Error>> {
    try_stream! {
        pin_mut!(tokens);
        while let Some(token) = tokens.next().await {
            yield token?.text.to_uppercase();
        }
    }
}
// ANCHOR_END: shouted
