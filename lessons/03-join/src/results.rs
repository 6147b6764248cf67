//! Each one for itself: an error is a value, and no call suffers from the error of another.

use futures::future::join_all;
use mock_llm::{Error, MockLlm, Reply};

// ANCHOR: results
/// What became of the comments. Nothing is lost: each one is in one of the two lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    pub replies: Vec<(String, Reply)>,
    pub failures: Vec<(String, Error)>,
}

/// Asks about every comment at the same time, and lets all calls end, whatever happens to
/// the others.
pub async fn weigh_what_works(llm: &MockLlm, comments: &[String]) -> Weighed {
    let results: Vec<Result<Reply, Error>> =
        join_all(comments.iter().map(|comment| llm.complete(comment))).await;

    let mut weighed = Weighed::default();
    for (comment, result) in comments.iter().zip(results) {
        match result {
            Ok(reply) => weighed.replies.push((comment.clone(), reply)),
            Err(error) => weighed.failures.push((comment.clone(), error)),
        }
    }
    weighed
}
// ANCHOR_END: results
