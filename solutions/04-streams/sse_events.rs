//! # SSE events: a solution
//!
//! The end of a chunk means nothing, so nothing looks at it. Two variables outlive the chunk: the bytes of the line that has
//! begun, and the text of the event that has begun. A line is made into text when its LF is there. By then all bytes of its
//! characters are there, too: in UTF-8 no byte of a longer character looks like an LF. So a character that was cut needs no
//! care of its own, and neither does the CR of a CR LF: it is the last byte of the line.
//!
//! The event is an `Option`: `None` is "no `data:` line so far", and `Some("")` is one without text. An empty `String` in its
//! place could not tell them apart.
//!
//! `yield` stops here until the next event is asked for. A chunk with three events is not lost meanwhile, it is a variable of
//! the generator; and the next chunk is not read before. When the stream is dropped, its variables are, the chunks among them.
//!
//! It looks at single bytes. That is fast enough for tokens. `never_ending_event` is about how much may come before an LF.
//!
//! Also right: to keep all bytes that are not used up in one buffer and to search it, `poll_next` by hand with a queue of events
//! that are whole, `scan` and `flat_map` in place of the generator, and a text that keeps the one to three bytes of a
//! character that is not whole.

use async_stream::stream;
use futures::{Stream, stream::LocalBoxStream};

/// The texts of the events that these chunks of bytes hold.
pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
    Box::pin(stream! {
        let mut line = Vec::new();
        let mut event: Option<String> = None;
        let mut is_first = true;
        for await chunk in chunks {
            for byte in chunk {
                if byte != b'\n' {
                    line.push(byte);
                    continue;
                }
                let text = String::from_utf8_lossy(&line);
                let text = text.strip_suffix('\r').unwrap_or(&text);
                let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                is_first = false;
                if text.is_empty() {
                    if let Some(event) = event.take() {
                        yield event;
                    }
                } else if let Some(data) = text.strip_prefix("data:") {
                    let data = data.strip_prefix(' ').unwrap_or(data);
                    match &mut event {
                        Some(event) => event.extend(["\n", data]),
                        None => event = Some(data.to_owned()),
                    }
                }
                line.clear();
            }
        }
    })
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/sse_events.rs"]
mod checks;
