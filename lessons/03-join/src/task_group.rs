//! Nothing is left behind: a group of tasks that ends as one.

use std::panic::resume_unwind;

use mock_llm::{Error, MockLlm, Reply};
use tokio::task::{JoinError, JoinSet};

// ANCHOR: task_group
/// Weighs every comment in a task of its own. When this returns, with a list or with an
/// error, none of them runs any more.
///
/// `JoinSet` alone does not do that. It does not end the others at the first error, and it
/// does not wait: when it is dropped it asks its tasks to stop, and they stop some time
/// later. `shutdown` asks, and waits until they have stopped.
///
/// # Panics
/// Where a task panics. Then nobody waits: the other tasks stop some time later.
pub async fn weigh_all(llm: &MockLlm, comments: &[String]) -> Result<Vec<Reply>, Error> {
    let mut group = JoinSet::new();
    for (place, comment) in comments.iter().enumerate() {
        let call = llm.complete(comment);
        group.spawn(async move { call.await.map(|reply| (place, reply)) });
    }

    let mut replies = Vec::with_capacity(comments.len());
    while let Some(ended) = group.join_next().await {
        match ended.unwrap_or_else(panic_again) {
            Ok(placed) => replies.push(placed),
            Err(error) => {
                group.shutdown().await;
                return Err(error);
            }
        }
    }
    replies.sort_unstable_by_key(|(place, _)| *place);
    Ok(replies.into_iter().map(|(_, reply)| reply).collect())
}
// ANCHOR_END: task_group

/// A panic in a task is caught and handed to whoever joins it. Here it goes on, as it would
/// in a function call.
fn panic_again<T>(error: JoinError) -> T {
    resume_unwind(error.into_panic())
}
