//! # Ordered or not
//!
//! A book is summarised page by page. The printer wants the summaries in the order of the pages; the search index takes them as
//! they come. `summaries` gives both of them a stream, each item with the number of its page, from 0:
//!
//! - `at_once` calls are in flight at most, and so many at the beginning. 0 means: no limit. Each page is asked for once.
//! - `AsAsked` keeps the order of the pages. `AsReady` gives each summary when its call ends, and then the next call begins.
//! - A call that fails is the item of its page, and the others go on. A call that panics is not passed over in silence: the reader
//!   gets the panic.
//! - Nothing is asked before somebody reads, and a reader who stops takes the calls along. (A task that was aborted ends when the
//!   runtime next has its turn: that is soon enough.)
//!
//! Run: `cargo workbook check 04-streams/ordered_or_not` · Read: book, chapter 4, Several calls from a list · 10 min

use futures::{Stream, StreamExt, TryStreamExt, stream};
use mock_llm::{Error, MockLlm};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    AsAsked,
    AsReady,
}

/// The summary of one page. It does nothing until it is polled.
async fn summary(llm: MockLlm, page: String) -> Result<String, Error> {
    llm.stream(&page).map_ok(|token| token.text).try_collect().await
}

/// The summaries of all pages, `at_once` calls at a time.
pub fn summaries(
    llm: &MockLlm,
    pages: Vec<String>,
    at_once: usize,
    order: Order,
) -> impl Stream<Item = (usize, Result<String, Error>)> + use<> {
    todo!("a stream of the pages, a call for each, some at a time");
    // A function gives one type. This line tells the compiler which, until yours does.
    stream::empty()
}

#[path = "checks/ordered_or_not.rs"]
mod checks;
