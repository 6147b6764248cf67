//! As many at once as there are: the number is known only when the program runs.

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

// ANCHOR: gather
/// Asks the model about every comment at the same time. The replies stand in the order of
/// the comments.
///
/// # Errors
/// The first error in the order of the comments, once all calls have ended.
pub async fn weigh_all(llm: &MockLlm, comments: &[String]) -> Result<Vec<Reply>, Error> {
    let calls = comments.iter().map(|comment| llm.complete(comment));
    join_all(calls).await.into_iter().collect()
}
// ANCHOR_END: gather

// ANCHOR: in_turn
/// The same, one after another.
pub async fn weigh_in_turn(
    llm: &MockLlm,
    comments: &[String],
) -> Result<Vec<Reply>, Error> {
    let mut replies = Vec::with_capacity(comments.len());
    for comment in comments {
        replies.push(llm.complete(comment).await?);
    }
    Ok(replies)
}
// ANCHOR_END: in_turn
