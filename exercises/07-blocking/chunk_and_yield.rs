//! # Chunk and yield
//!
//! When a reader leaves in the middle of an answer, somebody has to count the tokens, for the bill. The counter works,
//! it does not wait: there is nothing to await in it, and its tokenizer cannot leave this thread (it is not `Send`). A
//! megabyte at a time, it stops every stream of the server.
//!
//! `count_all` counts the tokens of all pieces, each piece once and in order, and gives way to the other tasks
//! meanwhile. Between two of these moments it counts at most `SLICE` bytes; a piece that is larger than that is a slice
//! of its own. It gives way no more often than it must: before a piece that would be too much for the slice. (One more,
//! before the first piece or after the last, does no harm.) It does not sleep. The sum is the same as ever.
//!
//! Run: `cargo workbook check 07-blocking/chunk_and_yield` · Read: book, chapter 7, Work that computes · 12 min

/// Counts tokens, by working.
pub trait Tokenizer {
    fn count(&self, piece: &str) -> usize;
}

/// How many bytes may be counted before the other tasks have their turn.
pub const SLICE: usize = 4096;

/// The tokens of all pieces together.
pub async fn count_all(tokenizer: &impl Tokenizer, pieces: &[String]) -> usize {
    todo!("count piece by piece, and give way before a piece that is too much for this slice")
}

#[path = "checks/chunk_and_yield.rs"]
mod checks;
