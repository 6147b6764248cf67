//! When the reader stops: the stream is dropped where it stands, and no line below runs.

use async_stream::stream;
use futures::{Stream, StreamExt};
use mock_llm::{Error, Token, TokenStream};

// ANCHOR: tail
/// Counts what it hands on, and books it at the end. Nobody books an answer that is left
/// early: the last line is never reached.
pub fn booked_at_the_end(
    mut tokens: TokenStream,
    mut book: impl FnMut(usize),
) -> impl Stream<Item = Result<Token, Error>> {
    stream! {
        let mut count = 0;
        while let Some(token) = tokens.next().await {
            count += usize::from(token.is_ok());
            yield token;
        }
        book(count);
    }
}
// ANCHOR_END: tail

// ANCHOR: guard
/// A bill that is written when it is dropped, however that comes about.
struct Bill<F: FnMut(usize)> {
    count: usize,
    book: F,
}

impl<F: FnMut(usize)> Bill<F> {
    fn add(&mut self, tokens: usize) {
        self.count += tokens;
    }
}

impl<F: FnMut(usize)> Drop for Bill<F> {
    fn drop(&mut self) {
        (self.book)(self.count);
    }
}

/// Books the count in a destructor: at the end, after an error, and when the reader leaves.
pub fn booked_on_drop(
    mut tokens: TokenStream,
    book: impl FnMut(usize),
) -> impl Stream<Item = Result<Token, Error>> {
    // Made here and not inside: a stream that is dropped before its first poll is booked
    // too.
    let mut bill = Bill { count: 0, book };
    stream! {
        while let Some(token) = tokens.next().await {
            // A method, and not `bill.count += 1`: that would move a copy of the number into
            // the stream, and leave the bill outside, to be written at once.
            bill.add(usize::from(token.is_ok()));
            yield token;
        }
    }
}
// ANCHOR_END: guard
