//! The first answer first: each reply as it comes, in the order of time.

use futures::{StreamExt, stream::FuturesUnordered};
use mock_llm::{Error, MockLlm, Reply};

// ANCHOR: as_completed
/// Hands every result to `show` as soon as it is there, with the number of its comment.
///
/// The order of arrival says nothing about whose reply it is. So each future brings its
/// number along.
pub async fn weigh_as_completed(
    llm: &MockLlm,
    comments: &[String],
    mut show: impl FnMut(usize, Result<Reply, Error>),
) {
    let mut calls: FuturesUnordered<_> = comments
        .iter()
        .zip(1..)
        .map(|(comment, number)| async move { (number, llm.complete(comment).await) })
        .collect();
    while let Some((number, result)) = calls.next().await {
        show(number, result);
    }
}
// ANCHOR_END: as_completed
