//! # Never-ending event
//!
//! `events` reads server-sent events, and all texts that it gives are right. One server in a thousand still brings the program
//! down. It sends one long line in many small chunks: with each of them, `events` looks at the whole line once more. Or it
//! never sends a blank line, and the event grows until the memory is full. Mend both. (A line ends with LF here.)
//!
//! `find` is how `events` looks for an LF, and nothing else looks for one: it gives the place of the first LF in the bytes
//! that it gets. In all its calls together, it may look at twice as many bytes as have come.
//!
//! An event may have `limit` bytes. All that has come since the last blank line counts, whatever it says, and the event's own
//! blank line, too. The first chunk that makes it more brings `Err(TooLong)`: wherever that chunk ends, and also if it brings the
//! blank line. Before the error come the events that were whole before it; after it the stream ends, and no further chunk is
//! read. How many events a chunk brings, and how long a connection lives, is no reason for an error; and nothing is kept of what
//! has been given. The chunks are not asked again after their end, also if the reader asks on.
//!
//! Starts: wrong
//! Run: `cargo workbook check 04-streams/never_ending_event` · Read: book, chapter 4, The wire: bytes, cut anywhere · 15 min

use async_stream::stream;
use futures::Stream;

/// An event has more than `limit` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLong;

/// The texts of the events that these chunks of bytes hold.
pub fn events(
    chunks: impl Stream<Item = Vec<u8>>,
    limit: usize,
    mut find: impl FnMut(&[u8]) -> Option<usize>,
) -> impl Stream<Item = Result<String, TooLong>> {
    stream! {
        let mut buffer = Vec::new();
        for await chunk in chunks {
            buffer.extend(chunk);
            while let Some(end) = end_of_event(&buffer, &mut find) {
                let event: Vec<u8> = buffer.drain(..end).collect();
                if let Some(text) = text_of(&event) {
                    yield Ok(text);
                }
            }
        }
    }
}

/// The place behind the first blank line.
fn end_of_event(bytes: &[u8], mut find: impl FnMut(&[u8]) -> Option<usize>) -> Option<usize> {
    let mut line = 0;
    loop {
        let length = find(&bytes[line..])?;
        line += length + 1;
        if length == 0 {
            return Some(line);
        }
    }
}

/// The text of a whole event. `None` where it has no `data:` line.
fn text_of(event: &[u8]) -> Option<String> {
    let event = String::from_utf8_lossy(event);
    let texts = event.lines().filter_map(|line| line.strip_prefix("data:"));
    texts.map(|text| text.strip_prefix(' ').unwrap_or(text).to_owned()).reduce(|event, text| event + "\n" + &text)
}

#[path = "checks/never_ending_event.rs"]
mod checks;
