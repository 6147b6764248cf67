//! # Task group
//!
//! `task_group` runs each call in a task of its own, and returns all replies in the order of the calls. When a call fails
//! or panics, it ends the other tasks, waits until they are gone, and returns that first error. No task outlives it, also
//! where the caller drops it half-way.
//!
//! Run: `cargo workbook check 03-join/task_group` · Read: book, chapter 3 · 15 min

use mock_llm::{Error, Reply};
use tokio::task::JoinError;

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
    todo!("spawn the calls; at the first error, end the other tasks and wait until they are gone")
}

#[path = "checks/task_group.rs"]
mod checks;
