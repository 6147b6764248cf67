//! # Task group: a solution
//!
//! A `JoinSet` owns tasks. `join_next` waits for whichever ends next, so the first error in time is the first that is
//! seen. A `JoinSet` gives two of the three promises of Python's `TaskGroup` only on request, and the third for nothing:
//!
//! - *End the others at the first error.* It does not by itself. `shutdown` aborts all tasks that are left.
//! - *Wait until they are gone.* To abort a task is to mark it. Its future is dropped when the runtime gets to it, and
//!   with the future its connection, its permits and its locks. `shutdown` joins every task, so they are gone when it
//!   returns. Neither `abort_all` nor the drop of the set waits.
//! - *Go with the caller.* When the future of `task_group` is dropped, so is the set, and the drop of a set aborts its
//!   tasks. It cannot wait for them: `Drop` cannot `.await`. They go when the runtime gets to them.
//!
//! The error is returned after the `shutdown`, and not with `?` from inside the loop: that would drop the set, and not
//! wait. Hence the two functions.
//!
//! Also right: a loop that keeps the first error, aborts all and goes on until `join_next` is `None`. `JoinHandle`s in a
//! `FuturesUnordered` or a `Vec` do it too, with a guard that aborts them where the caller gives up.

use std::collections::BTreeMap;

use mock_llm::{Error, Reply};
use tokio::task::{JoinError, JoinSet};

/// Why a group has no replies.
#[derive(Debug)]
pub enum GroupError {
    /// A call ended with an error.
    Failed(Error),
    /// A task panicked.
    Panicked(JoinError),
}

impl From<Error> for GroupError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<JoinError> for GroupError {
    fn from(error: JoinError) -> Self {
        Self::Panicked(error)
    }
}

/// All replies, or the first error in time. Whichever it is, no task runs any more.
///
/// The bounds are those of `tokio::spawn`: a task may move to another thread, and may live longer than its caller.
pub async fn task_group<F>(calls: Vec<F>) -> Result<Vec<Reply>, GroupError>
where
    F: Future<Output = Result<Reply, Error>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        tasks.spawn(async move { (place, call.await) });
    }
    let replies = join_all(&mut tasks).await;
    // After an error: aborts the tasks that are left, and waits for each. After a success none is left.
    tasks.shutdown().await;
    replies
}

/// Joins the tasks as they end, up to the first error.
async fn join_all(tasks: &mut JoinSet<(usize, Result<Reply, Error>)>) -> Result<Vec<Reply>, GroupError> {
    let mut replies = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        let (place, reply) = joined?;
        replies.insert(place, reply?);
    }
    Ok(replies.into_values().collect())
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/task_group.rs"]
mod checks;
