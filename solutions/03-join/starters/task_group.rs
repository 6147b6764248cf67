//! # Task group
//!
//! `task_group` runs each call in a task of its own, all at the same time. It returns the replies, each at the place of its
//! call, and what went wrong first, if anything did. When a call fails or panics, the group ends the tasks that still run, at
//! once, and returns when they are gone. A reply that is there by then has been paid for: it is returned, too. Where the
//! caller drops the group half-way, the drop tells its tasks to end. There may be any number of calls, each as long as it likes,
//! and the runtime may have several threads.
//!
//! Below is a first draft. It hears of errors in the order of the list, leaves tasks behind, and loses replies. Mend it.
//!
//! Starts: too slow
//! Run: `cargo workbook check 03-join/task_group` · Read: book, chapter 3, Nothing left behind: a task group · 15 min

use mock_llm::{Error, Reply};
use tokio::task::JoinError;

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
    let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut group = Group { replies: vec![None; tasks.len()], error: None };
    for (place, task) in tasks.into_iter().enumerate() {
        match task.await {
            Ok(Ok(reply)) => group.replies[place] = Some(reply),
            Ok(Err(error)) => {
                group.error = Some(GroupError::Failed(error));
                return group;
            }
            Err(panic) => {
                group.error = Some(GroupError::Panicked(panic));
                return group;
            }
        }
    }
    group
}

#[path = "checks/task_group.rs"]
mod checks;
