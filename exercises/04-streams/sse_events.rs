//! # SSE events
//!
//! A server sends its tokens as server-sent events, and the network hands on the bytes in chunks. A chunk ends anywhere: in
//! the middle of a line, between CR and LF, inside a character. `events` reads the chunks and gives the text of each event.
//!
//! A line ends with LF or CR LF. A line that begins with `data:` holds text: one space after the colon does not belong to it,
//! all else does. Several such lines are one event, and their texts are joined by LF; a text may be empty. A blank line ends the
//! event. Without a `data:` line before it there is none. All other lines are skipped: other fields (`id: 7`), and comments, which
//! begin with a colon. What is not ended by a blank line when the chunks end is no event. (The standard has two things more: a CR
//! alone ends a line, and a line `data` without a colon is an empty text. Nobody sends them here.)
//!
//! The bytes are UTF-8. One byte order mark, U+FEFF, may stand before the first line, and does not belong to it. Bytes that are
//! no UTF-8 become U+FFFD, as `String::from_utf8_lossy` makes them, and nothing else is lost.
//!
//! Each event is given as soon as its blank line is there, and a chunk is read only when somebody waits for an event. When
//! the reader drops the stream of events, the chunks are dropped with it.
//!
//! Run: `cargo workbook check 04-streams/sse_events` · Read: book, chapter 4, The wire: bytes, cut anywhere · 15 min

use async_stream::stream;
use futures::{Stream, stream::LocalBoxStream};

/// The texts of the events that these chunks of bytes hold.
pub fn events<'a>(chunks: impl Stream<Item = Vec<u8>> + 'a) -> LocalBoxStream<'a, String> {
    todo!("read the chunks in a `Box::pin(stream! {{ … }})`, and `yield` each event when its blank line is there")
}

#[path = "checks/sse_events.rs"]
mod checks;
