//! All or nothing: the first error drops the others.

use futures::future::try_join_all;
use mock_llm::{Error, MockLlm, Reply};

use crate::newsroom::{Edition, headline, summary, translation};

// ANCHOR: try_join
/// An edition without its summary is not printed, so the first error is the result, at
/// once.
///
/// `try_join!` returns, and the calls that are still in flight are dropped with it. To drop
/// a future is to cancel it: the connection closes, and a model that notices it can stop
/// writing what nobody reads.
pub async fn edition(llm: &MockLlm, article: &str) -> Result<Edition, Error> {
    let (headline, summary, translation) = tokio::try_join!(
        headline(llm, article),
        summary(llm, article),
        translation(llm, article)
    )?;
    Ok(Edition { headline, summary, translation })
}
// ANCHOR_END: try_join

// ANCHOR: try_join_all
/// The same for as many as there are. The first error is the first in *time*, not in the
/// order of the comments: up to 30 of them. From 31 on, an error waits for those before it.
pub async fn weigh_all(llm: &MockLlm, comments: &[String]) -> Result<Vec<Reply>, Error> {
    try_join_all(comments.iter().map(|comment| llm.complete(comment))).await
}
// ANCHOR_END: try_join_all
