//! # Never-ending event: a solution
//!
//! Two numbers go with the buffer: where the line begins that is not ended, and how far `find` has looked. A chunk is new, so
//! `find` gets what lies behind that place, and looks at each byte once. The first number alone is not enough: a line may be
//! long, and then it is looked at from its beginning with every chunk. For n bytes in chunks of c that is n²/2c bytes: 8 MiB
//! in chunks of 16 KiB are two thousand million.
//!
//! When an event is out, the bytes behind it move to the front of the buffer, and both numbers are 0 again.
//!
//! The limit is asked where a line ends, and once more after the loop, for the line that has not ended. What stands in the buffer up
//! to `line` is one event, with all that belongs to it. Its length is the one number that an empty `data:` line, a comment or a long
//! name cannot get round. Asked before the loop, it would be a limit for what a chunk may bring, which is no business of the
//! sender's. Asked after the loop alone, it would let an event through whose blank line came in time: then the network decides, by
//! where it cuts, what is too long.
//!
//! `return` ends the generator, and with it the stream: the error is the last item, and the chunks are not asked again.
//!
//! Also right: to look for an LF in the chunk alone, before its bytes join the buffer; to make text of each line when it ends,
//! with a count of the bytes since the last blank line; and to give the error where the line ends, in place of the `break`.

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
        let (mut line, mut looked) = (0, 0);
        for await chunk in chunks {
            buffer.extend(chunk);
            while let Some(length) = find(&buffer[looked..]) {
                let end = looked + length;
                let is_blank = end == line;
                (line, looked) = (end + 1, end + 1);
                if line > limit {
                    break;
                }
                if is_blank {
                    let event: Vec<u8> = buffer.drain(..line).collect();
                    (line, looked) = (0, 0);
                    if let Some(text) = text_of(&event) {
                        yield Ok(text);
                    }
                }
            }
            looked = buffer.len();
            if buffer.len() > limit {
                yield Err(TooLong);
                return;
            }
        }
    }
}

/// The text of a whole event. `None` where it has no `data:` line.
fn text_of(event: &[u8]) -> Option<String> {
    let event = String::from_utf8_lossy(event);
    let texts = event.lines().filter_map(|line| line.strip_prefix("data:"));
    texts.map(|text| text.strip_prefix(' ').unwrap_or(text).to_owned()).reduce(|event, text| event + "\n" + &text)
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/never_ending_event.rs"]
mod checks;
