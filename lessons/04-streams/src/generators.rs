//! The same streams as a function that yields: `stream!` writes the `poll_next`.

use std::time::Duration;

use async_stream::{stream, try_stream};
use futures::{Stream, StreamExt, pin_mut};
use mock_llm::{Error, Token};
use tokio::time::sleep;

// ANCHOR: counted
/// The numbers from 0 to `end`, one every `period`: [`by_hand`](crate::by_hand), in four
/// lines.
pub fn counted(end: u32, period: Duration) -> impl Stream<Item = u32> {
    stream! {
        for number in 0..end {
            sleep(period).await;
            yield number;
        }
    }
}
// ANCHOR_END: counted

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
