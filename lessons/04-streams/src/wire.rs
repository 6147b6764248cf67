//! An answer as the network brings it: the bytes of a response, cut anywhere.
//!
//! The server of this workbook sends the same bytes over a real socket. Here they come from
//! the mock model directly, so that every figure stays exact on virtual time.

use async_stream::stream;
use futures::{Stream, StreamExt};
use mock_llm::{Error, TokenStream};
use serde_json::{Value, json};

/// The response to a chat request: for each token an event, and the mark at the end. Where
/// the model's stream fails, the connection does.
pub fn response(mut tokens: TokenStream) -> impl Stream<Item = Result<Vec<u8>, Error>> {
    stream! {
        while let Some(token) = tokens.next().await {
            match token {
                Ok(token) => yield Ok(event(&delta(json!({ "content": token.text }), None))),
                Err(error) => {
                    yield Err(error);
                    return;
                }
            }
        }
        yield Ok(event(&delta(json!({}), Some("stop"))));
        yield Ok(b"data: [DONE]\n\n".to_vec());
    }
}

/// A chunk of a chat completion, with what is new of its only choice.
pub fn delta(delta: Value, finish_reason: Option<&str>) -> Value {
    json!({
        "object": "chat.completion.chunk",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }],
    })
}

/// An object as an event of a stream.
pub fn event(object: &Value) -> Vec<u8> {
    format!("data: {object}\n\n").into_bytes()
}

/// The same bytes in pieces of other lengths, by turns, whatever the chunks were: what a
/// network makes of what a server wrote. What came before an error comes before it here, too.
pub fn recut(
    bytes: impl Stream<Item = Result<Vec<u8>, Error>>,
    lengths: &[usize],
) -> impl Stream<Item = Result<Vec<u8>, Error>> {
    // The stream outlives the list that it was given.
    let lengths = lengths.to_vec();
    let mut next = 0;
    let mut length_of_next = move || {
        next += 1;
        lengths.get((next - 1) % lengths.len().max(1)).copied().unwrap_or(1).max(1)
    };
    stream! {
        let mut bytes = std::pin::pin!(bytes);
        let mut kept = Vec::new();
        let mut length = length_of_next();
        let mut failed = None;
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => kept.extend(chunk),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            while kept.len() >= length {
                let rest = kept.split_off(length);
                yield Ok(std::mem::replace(&mut kept, rest));
                length = length_of_next();
            }
        }
        if !kept.is_empty() {
            yield Ok(kept);
        }
        if let Some(error) = failed {
            yield Err(error);
        }
    }
}
