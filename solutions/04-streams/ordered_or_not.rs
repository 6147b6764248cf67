//! # Ordered or not: a solution
//!
//! A stream of futures, and an adapter that polls some of them: `buffered` gives the outputs in the order of the list,
//! `buffer_unordered` as they come. Neither begins a future before somebody reads, and both drop what they hold when they are
//! dropped.
//!
//! The number of the page is in the future, so it comes out with the summary, in whichever order.
//!
//! A buffer of 0 would poll nothing, not even the list in front of it. So 0 becomes the length of the list, and for an empty list
//! 1: it must be at least 1, whatever it is.
//!
//! `left_stream` and `right_stream` make one type of two, an `Either`, without a box.
//!
//! Also right: `FuturesOrdered` and `FuturesUnordered` that are filled by hand; a boxed stream; `usize::MAX` for the unordered one (and
//! a panic for the other one, which sets memory aside for so many).

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
    let limit = if at_once == 0 { pages.len().max(1) } else { at_once };
    let llm = llm.clone();
    let calls = stream::iter(pages).enumerate().map(move |(number, page)| {
        let llm = llm.clone();
        async move { (number, summary(llm, page).await) }
    });
    match order {
        Order::AsAsked => calls.buffered(limit).left_stream(),
        Order::AsReady => calls.buffer_unordered(limit).right_stream(),
    }
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/04-streams/checks/ordered_or_not.rs"]
mod checks;
