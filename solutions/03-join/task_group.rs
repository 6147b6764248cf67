//! # Task group: a solution
//!
//! A `JoinSet` owns tasks. `join_next` waits for whichever ends next, so the first error in time is the first that is
//! seen. A `JoinSet` gives two of the three promises of Python's `TaskGroup` only on request, and the third for nothing:
//!
//! - *End the others at the first error.* It does not by itself. `abort_all` does.
//! - *Wait until they are gone.* To abort a task is to mark it. Its future is dropped when the runtime gets to it, and
//!   with the future its connection, its permits and its locks. So the loop goes on until `join_next` gives `None`. Neither
//!   `abort_all` nor the drop of the set waits.
//! - *Go with the caller.* When the future of `task_group` is dropped, so is the set, and the drop of a set aborts its
//!   tasks. It cannot wait for them: `Drop` cannot `.await`. They go when the runtime gets to them.
//!
//! And one more, which `TaskGroup` does not give: to lose no reply. Several tasks may have ended before the group is polled
//! again. A task that has ended is not changed by `abort_all`, and `join_next` gives its reply. `shutdown` aborts and joins
//! as well, in one line, and throws away what the tasks return.
//!
//! A task that was aborted ends with a `JoinError`, which comes after the error that was the reason. So the first is kept.
//!
//! Also right: two functions, one that joins up to the first error with `?`, and one that ends and joins the rest.
//! `JoinHandle`s in a `FuturesUnordered` or a `Vec` do it too, with a guard that aborts them where the caller gives up.

use mock_llm::{Error, Reply};
use tokio::task::{JoinError, JoinSet};

/// What a group leaves.
#[derive(Debug)]
pub struct Group {
    /// A place for each call, with its reply if there is one.
    pub replies: Vec<Option<Reply>>,
    /// What went wrong first, if anything did.
    pub error: Option<GroupError>,
}

/// Why a group has not all replies.
#[derive(Debug)]
pub enum GroupError {
    /// A call ended with an error.
    Failed(Error),
    /// A task panicked.
    Panicked(JoinError),
}

/// All replies, or the first error in time and the replies that were there. Whichever it is, no task runs any more.
///
/// The bounds are those of `tokio::spawn`: a task may move to another thread, and may live longer than its caller.
pub async fn task_group<F>(calls: Vec<F>) -> Group
where
    F: Future<Output = Result<Reply, Error>> + Send + 'static,
{
    let mut group = Group { replies: vec![None; calls.len()], error: None };
    let mut tasks = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        tasks.spawn(async move { (place, call.await) });
    }
    while let Some(joined) = tasks.join_next().await {
        let error = match joined {
            Ok((place, Ok(reply))) => {
                group.replies[place] = Some(reply);
                continue;
            }
            Ok((_, Err(error))) => GroupError::Failed(error),
            Err(error) => GroupError::Panicked(error),
        };
        group.error.get_or_insert(error);
        tasks.abort_all();
    }
    group
}

#[cfg(not(rust_analyzer))]
#[path = "../../exercises/03-join/checks/task_group.rs"]
mod checks;
